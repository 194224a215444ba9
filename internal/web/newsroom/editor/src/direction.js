// The direction of blocks while they are written, by the rule that package markup writes them with: left to right when the
// first letter is and most letters are. A Persian sentence that opens with a Latin name stays Persian.
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

const letter = /\p{L}/u;

function letterDirection(char) {
  const code = char.codePointAt(0);
  if (code < 0x41 || !letter.test(char)) return '';
  if (code < 0x590) return 'ltr';
  if (code < 0x900 || (code >= 0xfb1d && code <= 0xfdff) || (code >= 0xfe70 && code <= 0xfefc) ||
    (code >= 0x10800 && code <= 0x10fff) || (code >= 0x1e800 && code <= 0x1efff)) return 'rtl';
  return 'ltr';
}

export function direction(text) {
  let first = '', balance = 0;
  for (const char of text) {
    const dir = letterDirection(char);
    if (!dir) continue;
    first ||= dir;
    if (first === 'rtl') return 'rtl';
    balance += dir === 'ltr' ? 1 : -1;
  }
  return balance < 0 ? 'rtl' : first;
}

const known = new WeakMap(); // nodes never change

function directionOf(node) {
  let dir = known.get(node);
  if (dir === undefined) {
    if (node.isTextblock) {
      dir = direction(node.textContent);
    } else {
      dir = '';
      node.forEach((child) => { dir = dir === 'rtl' ? dir : directionOf(child) || dir; });
    }
    known.set(node, dir);
  }
  return dir;
}

function decorations(doc) {
  const found = [];
  doc.descendants((node, pos) => {
    if (!node.isBlock) return false;
    const dir = node.type.name === 'figure' ? '' : directionOf(node);
    if (dir) found.push(Decoration.node(pos, pos + node.nodeSize, { dir }));
    return !node.isTextblock;
  });
  return DecorationSet.create(doc, found);
}

export const Direction = Extension.create({
  name: 'blockDirection',
  addProseMirrorPlugins: () => [new Plugin({
    state: {
      init: (_, state) => decorations(state.doc),
      apply: (tr, old) => (tr.docChanged ? decorations(tr.doc) : old),
    },
    props: { decorations(state) { return this.getState(state); } },
  })],
});
