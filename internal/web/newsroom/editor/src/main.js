// The editor of an article's body. It takes the place of the Markdown field in the form; without this script that field stays.
import { Editor, Extension, markInputRule, textblockTypeInputRule, wrappingInputRule } from '@tiptap/core';
import { history, redo } from '@tiptap/pm/history';
import { dropCursor } from '@tiptap/pm/dropcursor';
import { gapCursor } from '@tiptap/pm/gapcursor';
import { Plugin } from '@tiptap/pm/state';
import { read, write } from './body.js';
import { describe } from './count.js';
import { Desk } from './desk.js';
import { Direction } from './direction.js';
import { h } from './dom.js';
import { Find } from './find.js';
import { picking } from './lead.js';
import { Panels } from './panels.js';
import { Paste } from './paste.js';
import { parts } from './schema.js';
import { Slips } from './slips.js';
import { commands, keyText, Toolbar } from './toolbar.js';

const halfSpace = '\u200c';

// Keys are the commands of the toolbar, the half-space and the way to the toolbar.
const Keys = (press, toToolbar) => Extension.create({
  name: 'keys', priority: 2000,
  addProseMirrorPlugins: () => [new Plugin({ props: { handleKeyDown(view, e) {
    if (e.isComposing) return false;
    if (e.key === 'F10' && e.altKey) {
      toToolbar();
      return true;
    }
    // The standard Persian layout writes a half-space with Shift and Space, Word's users know Ctrl Shift 2.
    const wantsHalfSpace = (e.shiftKey && e.code === 'Space' && !e.ctrlKey && !e.altKey && !e.metaKey) || (e.ctrlKey && e.shiftKey && !e.altKey && e.code === 'Digit2');
    if (wantsHalfSpace) {
      view.dispatch(view.state.tr.insertText(halfSpace).scrollIntoView());
      return true;
    }
    if ((e.ctrlKey || e.metaKey) && e.code === 'KeyY' && !e.shiftKey && !e.altKey) return redo(view.state, view.dispatch);
    return press(e);
  } } })],
});

const Basics = Extension.create({
  name: 'basics',
  addProseMirrorPlugins: () => [history(), gapCursor(), dropCursor({ color: false, class: 'drop' }), trailing()],
  addInputRules() {
    const type = (name) => this.editor.schema.nodes[name] ?? this.editor.schema.marks[name];
    return [
      textblockTypeInputRule({ find: /^(#{2,3})\s$/, type: type('heading'), getAttributes: ([, marks]) => ({ level: marks.length }) }),
      wrappingInputRule({ find: /^\s*[-*]\s$/, type: type('bulletList') }),
      wrappingInputRule({ find: /^[1۱][.)]\s$/, type: type('orderedList') }),
      wrappingInputRule({ find: /^>\s$/, type: type('blockquote') }),
      markInputRule({ find: /(?:^|\s)(\*\*([^*\s](?:[^*]*[^*\s])?)\*\*)$/, type: type('strong') }),
    ];
  },
});

// trailing keeps a paragraph at the end, so that one can always write on.
const trailing = () => new Plugin({
  appendTransaction(_trs, _old, state) {
    const last = state.doc.lastChild;
    return last?.type.name === 'paragraph' ? null : state.tr.insert(state.doc.content.size, state.schema.nodes.paragraph.create()).setMeta('addToHistory', false);
  },
});

// headlineFinder asks for the headlines of boxes, all that are asked for at once together.
function headlineFinder(headlines) {
  let batch = null;
  return async (code) => {
    if (headlines.has(code)) return headlines.get(code);
    batch ??= { codes: new Set(), answer: Promise.resolve().then(async () => {
      const codes = [...batch.codes];
      batch = null;
      const response = await fetch(`/newsroom/find?${new URLSearchParams(codes.map((c) => ['code', c]))}`, { headers: { Accept: 'application/json' } });
      if (response.ok) for (const row of (await response.json()).articles) headlines.set(row.code, row.headline);
    }) };
    batch.codes.add(code);
    await batch.answer.catch(() => {});
    return headlines.get(code);
  };
}

function keysHelp(words, groups) {
  const rows = groups.flat().filter((item) => item.key).map((item) => [words[item.name], keyText(item.key)]);
  rows.unshift([words.to_toolbar, 'Alt F10'], [words.half_space, 'Shift Space'], [words.line_break, 'Shift ⏎'], [words.desk_key_fix, 'F8'], [words.desk_key_next, 'Alt F8'], [words.desk_key_all, 'Shift F8']);
  return h('details', { class: 'help' }, h('summary', {}, words.keys), h('dl', {}, ...rows.flatMap(([word, key]) => [h('dt', {}, h('kbd', { dir: 'ltr' }, key)), h('dd', {}, word)])));
}

const covered = { top: 150, bottom: 100, left: 5, right: 5 };

function mount(form) {
  const words = JSON.parse(document.getElementById('editor-words').textContent);
  const markdown = form.elements.body, html = form.elements.body_html, format = form.elements.body_format;
  const headlines = new Map();
  const holder = h('div', { class: 'ed' }), body = h('div', { class: 'ed-text' }), panel = h('div', { class: 'panel', hidden: true }), facts = h('p', { class: 'facts-line' }), slips = h('p', { class: 'slip-line' });
  let toolbar, panels, desk, waiting = 0;
  const busy = (by) => { waiting += by; holder.classList.toggle('busy', waiting > 0); };
  const editor = new Editor({
    element: body,
    injectCSS: false,
    editable: !markdown.matches(':disabled'),
    extensions: [
      ...parts(words, headlineFinder(headlines)), Basics, Direction, Find, Slips,
      Paste({ takeFiles: (files) => panels.library('', files), busy }),
      Keys((e) => toolbar.press(e), () => toolbar.focus()),
    ],
    // The bars above and below cover what stands under them.
    editorProps: { scrollThreshold: covered, scrollMargin: covered, attributes: {
      id: 'ed-body', role: 'textbox', 'aria-multiline': 'true', 'aria-label': words.body, 'aria-describedby': 'ed-hint', dir: markdown.dir, class: 'prose',
      ...(markdown.getAttribute('aria-invalid') && { 'aria-invalid': 'true' }),
    } },
  });
  panels = new Panels(editor, words, panel);
  const groups = commands(panels, headlines, () => desk.panel());
  toolbar = new Toolbar(editor, words, groups);
  const load = (text) => {
    const doc = read(editor.schema, text);
    editor.view.dispatch(editor.state.tr.replaceWith(0, editor.state.doc.content.size, doc.content).setMeta('addToHistory', false).setMeta('load', true));
  };
  load(html.value);

  let later;
  const changed = () => {
    html.value = write(editor.state.doc);
    const lead = Number(form.elements.picture_remove?.checked ? 0 : form.elements.picture_id.value);
    describe(words, editor.state.doc, html.value, lead).then(({ text, open }) => {
      facts.textContent = text;
      if (!open) return;
      clearTimeout(later); // pictures are still being made; what they weigh is known soon
      later = setTimeout(changed, 5000);
    });
  };
  form.addEventListener('picked', changed);
  editor.on('transaction', ({ transaction }) => {
    toolbar.update();
    if (!transaction.docChanged) return;
    clearTimeout(later);
    later = setTimeout(changed, 300);
    form.dispatchEvent(new Event('input', { bubbles: true }));
  });
  // Whoever reads the form gets what stands in the editor now, not what stood there a moment ago.
  form.addEventListener('formdata', (e) => { e.formData.set('body_html', write(editor.state.doc)); });

  html.disabled = false;
  format.value = 'html';
  // The Markdown field gives its place away, and its label with it.
  const field = markdown.closest('label');
  const label = h('p', { class: 'label', id: 'ed-hint-label' }, words.body, ' ', h('span', { class: 'hint', id: 'ed-hint' }, words.toolbar_hint));
  holder.append(label, h('div', { class: 'head' }, toolbar.el, panel, slips), body, facts);
  const fault = field.querySelector('.fault');
  if (fault) holder.append(fault);
  markdown.disabled = true;
  field.hidden = true;
  field.after(holder);
  const old = form.querySelector('.markdown-help');
  old?.replaceWith(keysHelp(words, groups));
  label.addEventListener('click', () => editor.view.focus());
  new MutationObserver(() => { editor.view.dom.dir = markdown.dir; }).observe(markdown, { attributeFilter: ['dir'] });
  changed();
  desk = new Desk(editor, words, panels, form, slips);
  if (markdown.getAttribute('aria-invalid') && document.activeElement === document.body) editor.view.focus();
  // What else works on the form may read and write the body.
  holder.body = { get: () => write(editor.state.doc), set: load, editor };
}

const form = document.querySelector('form.sheet');
if (form?.elements.body_html) {
  mount(form);
  picking(form);
}
