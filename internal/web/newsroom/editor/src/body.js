// Between the body as package markup writes it and the document of the editor. What the editor gives back need not be in
// canonical form (the server brings it there), but no part of a canonical body may get lost on the way.
import { DOMParser, DOMSerializer } from '@tiptap/pm/model';

// toDOM reads a canonical body. A credit leaves its caption and stands beside it, as the schema has it.
function toDOM(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  const body = template.content;
  for (const figure of body.querySelectorAll('figure')) {
    let caption = figure.querySelector(':scope > figcaption');
    if (!caption) caption = figure.appendChild(document.createElement('figcaption'));
    const credit = caption.lastChild;
    if (credit?.nodeName === 'CITE') figure.append(credit);
  }
  return body;
}

export const read = (schema, html) => DOMParser.fromSchema(schema).parse(toDOM(html));

// Pictures in a document that nobody sees are not loaded.
const unseen = document.implementation.createHTMLDocument('');

export function write(doc) {
  const body = unseen.createElement('div');
  body.append(DOMSerializer.fromSchema(doc.type.schema).serializeFragment(doc.content, { document: unseen }));
  for (const credit of body.querySelectorAll('figure > cite')) {
    if (credit.textContent.trim()) credit.previousElementSibling.append(credit);
    else credit.remove();
  }
  for (const caption of body.querySelectorAll('figcaption')) {
    if (!caption.hasChildNodes()) caption.remove();
  }
  for (const rows of body.querySelectorAll('tbody')) {
    const head = unseen.createElement('thead');
    while (rows.firstElementChild?.hasAttribute('data-head')) head.append(rows.firstElementChild);
    if (head.hasChildNodes()) rows.before(head);
  }
  return body.innerHTML;
}
