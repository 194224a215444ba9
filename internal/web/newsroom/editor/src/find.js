// Find and replace in the body. Arabic yeh and kaf count as the Persian ones, capitals as small letters.
import { Extension } from '@tiptap/core';
import { closeHistory } from '@tiptap/pm/history';
import { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

const key = new PluginKey('find');
const none = { query: '', matches: [], at: -1, marks: DecorationSet.empty };

// Folding never changes the length of a text.
const fold = (text) => text.replace(/ي/g, 'ی').replace(/ك/g, 'ک').replace(/[A-Z]/g, (c) => c.toLowerCase());

function search(doc, query) {
  const wanted = fold(query), matches = [];
  if (!wanted) return matches;
  doc.descendants((node, pos) => {
    if (!node.isTextblock) return true;
    const text = fold(node.textBetween(0, node.content.size, null, '\ufffc'));
    for (let i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length)) {
      matches.push({ from: pos + 1 + i, to: pos + 1 + i + wanted.length });
    }
    return false;
  });
  return matches;
}

function look(doc, query, at) {
  const matches = search(doc, query);
  at = matches.length ? Math.max(0, Math.min(at, matches.length - 1)) : -1;
  const marks = matches.map((m, i) => Decoration.inline(m.from, m.to, { class: i === at ? 'found now' : 'found' }));
  return { query, matches, at, marks: DecorationSet.create(doc, marks) };
}

export const Find = Extension.create({
  name: 'find',
  addProseMirrorPlugins: () => [new Plugin({
    key,
    state: {
      init: () => none,
      apply(tr, old) {
        const asked = tr.getMeta(key);
        if (asked) return asked.query ? look(tr.doc, asked.query, asked.at ?? 0) : none;
        return tr.docChanged && old.query ? look(tr.doc, old.query, old.at) : old;
      },
    },
    props: { decorations: (state) => key.getState(state).marks },
  })],
});

export const found = (editor) => key.getState(editor.state);
const ask = (editor, query, at) => editor.view.dispatch(editor.state.tr.setMeta(key, { query, at }));
const show = (editor) => editor.view.dom.querySelector('.found.now')?.scrollIntoView({ block: 'center' });

// find begins at the cursor.
export function find(editor, query) {
  const from = editor.state.selection.from;
  ask(editor, query, Math.max(0, search(editor.state.doc, query).findIndex((m) => m.from >= from)));
  show(editor);
}

export function step(editor, by) {
  const { query, matches, at } = found(editor);
  if (matches.length) ask(editor, query, (at + by + matches.length) % matches.length);
  show(editor);
}

function put(tr, { from, to }, text) {
  if (text) tr.replaceWith(from, to, tr.doc.type.schema.text(text, tr.doc.resolve(from).marksAcross(tr.doc.resolve(to)) ?? []));
  else tr.delete(from, to);
}

export function replace(editor, text) {
  const { matches, at } = found(editor);
  if (at < 0) return;
  const { tr } = editor.state;
  put(tr, matches[at], text);
  editor.view.dispatch(closeHistory(tr));
  show(editor);
}

// replaceAll is one step for undo. It returns how many places it changed.
export function replaceAll(editor, text) {
  const { matches } = found(editor);
  const { tr } = editor.state;
  for (const match of matches.toReversed()) put(tr, match, text);
  if (matches.length) editor.view.dispatch(closeHistory(tr));
  return matches.length;
}

// stop takes the marks away and leaves the cursor at the place that was found last.
export function stop(editor) {
  const { matches, at } = found(editor);
  const { tr } = editor.state;
  if (at >= 0) tr.setSelection(TextSelection.create(tr.doc, matches[at].from, matches[at].to));
  editor.view.dispatch(tr.setMeta(key, { query: '' }));
}
