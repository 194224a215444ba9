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

const kilobytes = (bytes) => figures(Math.max(1, Math.round(bytes / 1000)));

// What sets of pictures weigh, by their ids, as the server has told once all of them were weighed.
const weights = new Map();

async function weigh(ids) {
  if (!ids.length) return { pictures: 0, unknown: 0 };
  const query = new URLSearchParams(ids.map((id) => ['id', id])).toString();
  if (weights.has(query)) return weights.get(query);
  const response = await fetch(`/newsroom/weight?${query}`, { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const answer = await response.json();
  if (!answer.unknown) weights.set(query, answer);
  return answer;
}

// describe says how long a body is and how heavy its page, with the lead picture (0 for none); open tells that some of its pictures
// are not weighed yet.
export async function describe(words, doc, html, lead) {
  const n = countWords(doc), ids = new Set(lead ? [lead] : []);
  let pictures = ids.size;
  doc.descendants((node) => {
    if (node.type.name !== 'image') return;
    pictures++;
    const id = /^\/media\/(\d+)\//.exec(node.attrs.src)?.[1];
    if (id) ids.add(Number(id));
  });
  const text = await compressed(html);
  const known = await weigh([...ids].sort((a, b) => a - b)).catch(() => null);
  const parts = [fill(words.words, figures(n)), fill(words.minutes, figures(Math.max(1, Math.ceil(n / wordsAMinute))))];
  if (!pictures || !known) parts.push(fill(words.weight, kilobytes(text)));
  else parts.push(fill(words.weight_whole, kilobytes(text + known.pictures), kilobytes(text), figures(pictures), kilobytes(known.pictures)));
  if (known?.unknown) parts.push(words.weight_open);
  return { text: parts.join(' · '), open: Boolean(known?.unknown) };
}
