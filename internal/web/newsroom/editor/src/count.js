// Length, reading time and weight of the body.
import { figures, fill } from './dom.js';

const wordsAMinute = 200;
const counts = /[\p{L}\p{N}]/u;

export function countWords(doc) {
  let words = 0;
  doc.descendants((node) => {
    if (node.type.name === 'note' || node.type.name === 'more' || node.type.name === 'pictureLink') return false;
    if (!node.isTextblock) return true;
    for (const word of node.textBetween(0, node.content.size, ' ', ' ').split(/\s+/)) words += counts.test(word);
    return false;
  });
  return words;
}

// compressed is what a text weighs on its way to a reader, in bytes.
async function compressed(text) {
  const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return (await new Response(zipped).arrayBuffer()).byteLength;
}

const kilobytes = (bytes) => figures(Math.max(1, Math.round(bytes / 1024)));

// describe says how long and how heavy a body is.
export async function describe(words, doc, html) {
  const n = countWords(doc);
  let pictures = 0;
  doc.descendants((node) => { pictures += node.type.name === 'image'; });
  const parts = [fill(words.words, figures(n)), fill(words.minutes, figures(Math.max(1, Math.ceil(n / wordsAMinute)))), fill(words.weight, kilobytes(await compressed(html)))];
  if (pictures) parts.push(fill(words.pictures, figures(pictures)));
  return parts.join(' · ');
}
