// The marks of the copy desk in the body: what it found, kept at its place while the text changes around it.
import { Extension } from '@tiptap/core';
import { closeHistory } from '@tiptap/pm/history';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

const key = new PluginKey('slips');
const none = { slips: [], marks: DecorationSet.empty };

// Whatever stands in a line is one character, as it is one place of the document.
const leaf = (node) => (node.type.name === 'hardBreak' ? '\n' : '\ufffc');
const foreign = ({ lang, dir }) => (lang && !lang.startsWith('fa')) || dir === 'ltr';
const text = (doc, from, to) => doc.textBetween(from, to, '\n', leaf);

// blocks are the texts that the copy desk reads, in order, each with the place of its first character. Notes to editors are none, nor
// is what is marked as another language.
export function blocks(doc) {
  const all = [];
  doc.descendants((node, pos) => {
    if (node.type.name === 'note' || node.type.name === 'pictureLink' || foreign({ lang: node.attrs.lang })) return false;
    if (!node.isTextblock) return true;
    all.push({ at: pos + 1, text: text(node, 0, node.content.size) });
    return false;
  });
  return all;
}

function held(doc, from, to) {
  let found = false;
  doc.nodesBetween(from, to, (node) => { found ||= node.marks.some((mark) => mark.type.name === 'span' && foreign(mark.attrs)); });
  return found;
}

// fits tells whether a finding still stands at its place and may be corrected.
const fits = (doc, { from, to, before }) => to <= doc.content.size && text(doc, from, to) === before && !held(doc, from, to);

function mark(doc, slips) {
  const marks = slips.filter(({ from, to }) => from < to)
    .map((slip) => Decoration.inline(slip.from, slip.to, { class: slip.safe ? 'slip safe' : 'slip', title: slip.note ? `${slip.reason} ${slip.note}` : slip.reason }));
  return { slips, marks: DecorationSet.create(doc, marks) };
}

export const Slips = Extension.create({
  name: 'slips',
  addProseMirrorPlugins: () => [new Plugin({
    key,
    state: {
      init: () => none,
      apply(tr, old) {
        const given = tr.getMeta(key);
        if (given) return mark(tr.doc, given.filter((slip) => fits(tr.doc, slip)));
        if (!tr.docChanged || !old.slips.length) return old;
        const moved = old.slips.map((slip) => ({ ...slip, from: tr.mapping.map(slip.from, 1), to: tr.mapping.map(slip.to, -1) }));
        return mark(tr.doc, moved.filter((slip) => slip.from <= slip.to && fits(tr.doc, slip)));
      },
    },
    props: {
      decorations(state) {
        const { marks } = key.getState(state), now = slipAt(state);
        return now && now.from < now.to ? marks.add(state.doc, [Decoration.inline(now.from, now.to, { class: 'slip-now' })]) : marks;
      },
    },
  })],
});

export const slipsOf = (state) => key.getState(state).slips;

// slipAt is the finding that the cursor stands in or at; one that can be corrected comes first.
export function slipAt(state) {
  const { from, to } = state.selection;
  const here = slipsOf(state).filter((slip) => slip.from <= to && slip.to >= from);
  return here.find((slip) => slip.after !== slip.before) ?? here[0];
}

// show puts findings of the server into the body; those of a block stand at places counted from its first character.
export function show(editor, found) {
  const all = blocks(editor.state.doc);
  const slips = found.filter((f) => all[f.block]).map((f) => ({ ...f, from: all[f.block].at + f.from, to: all[f.block].at + f.to }));
  editor.view.dispatch(editor.state.tr.setMeta(key, slips));
}

// apart leaves out findings that reach into the one before, as the server does.
export function apart(found) {
  let end = -1;
  return found.toSorted((a, b) => a.from - b.from).filter(({ from, to }) => (from >= end ? ((end = to), true) : false));
}

// correct puts what should stand there in place, all in one step for undo. What does not change keeps its formats.
export function correct(editor, slips) {
  const { tr } = editor.state;
  for (const slip of apart(slips.filter((s) => fits(tr.doc, s))).toReversed()) {
    const { from, to, after } = shorten(slip);
    if (after) tr.insertText(after, from, to);
    else tr.delete(from, to);
  }
  if (tr.docChanged) editor.view.dispatch(closeHistory(tr));
  return tr.docChanged;
}

const low = (code) => code >= 0xdc00 && code <= 0xdfff;

// shorten leaves out what both texts have at their ends; it never cuts a character in two.
function shorten({ from, to, before, after }) {
  let start = 0, end = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start++;
  while (start > 0 && (low(before.charCodeAt(start)) || low(after.charCodeAt(start)))) start--;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  while (end > 0 && low(before.charCodeAt(before.length - end))) end--;
  return { from: from + start, to: to - end, after: after.slice(start, after.length - end) };
}
