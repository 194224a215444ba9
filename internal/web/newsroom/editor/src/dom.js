// h makes an element: attributes, listeners (on…) and properties that are no attributes (value, textContent) go by their name.
export function h(tag, given = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith('on')) el.addEventListener(name.slice(2), value);
    else if (value === true) el.setAttribute(name, '');
    else if (value !== false && value != null) el.setAttribute(name, value);
  }
  el.append(...children.filter((child) => child != null));
  return el;
}

const svg = 'http://www.w3.org/2000/svg';

// icon draws paths on a field of 20 by 20 in the colour of the text.
export function icon(path, mirrored) {
  const el = document.createElementNS(svg, 'svg');
  for (const [name, value] of Object.entries({ viewBox: '0 0 20 20', width: 20, height: 20, 'aria-hidden': 'true', class: mirrored ? 'icon turns' : 'icon' })) el.setAttribute(name, value);
  const line = el.appendChild(document.createElementNS(svg, 'path'));
  line.setAttribute('d', path);
  return el;
}

// fill puts values into a sentence of the catalogs.
export const fill = (sentence, ...values) => sentence.replace(/\{(\d)\}/g, (_, i) => values[i] ?? '');

const format = new Intl.NumberFormat(document.documentElement.lang || 'fa');
export const figures = (n) => format.format(n);
