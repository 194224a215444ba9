// The toolbar: one stop of the Tab key, arrows inside it (WAI-ARIA toolbar), and the keys of its commands.
import { isInTable, addColumnAfter, addRowAfter, addRowBefore, deleteColumn, deleteRow, deleteTable, toggleHeaderCell, mergeCells, splitCell } from '@tiptap/pm/tables';
import { redo, undo } from '@tiptap/pm/history';
import { h, icon } from './dom.js';
import { imageAt } from './panels.js';
import { insertTable } from './schema.js';

const pm = (command) => (editor) => command(editor.state, editor.view.dispatch, editor.view);

// commands are the buttons in their groups: what they do, when they are pressed, their key («mod» is Ctrl or ⌘), their icon
// where the sign is common enough to stand without a word, which then is its name.
export function commands(panels, headlines, desk) {
  const mark = (name) => ({ run: (e) => e.chain().toggleMark(name).run(), on: (e) => e.isActive(name) });
  const wrap = (name) => ({ run: (e) => e.chain().toggleWrap(name).run(), on: (e) => e.isActive(name) });
  const list = (name) => ({ run: (e) => e.chain().toggleList(name, 'listItem').run(), on: (e) => e.isActive(name) });
  const heading = (level) => ({ run: (e) => e.chain().toggleNode('heading', 'paragraph', { level }).run(), on: (e) => e.isActive('heading', { level }) });
  const table = (command) => ({ run: pm(command), when: (e) => isInTable(e.state) });
  return [
    [
      { name: 'undo', key: 'mod+z', icon: 'M7 5 3 9l4 4M3 9h9a5 5 0 0 1 0 10h-2', turns: true, run: pm(undo), can: (e) => undo(e.state) },
      { name: 'redo', key: 'mod+shift+z', icon: 'm13 5 4 4-4 4m4-4H8a5 5 0 0 0 0 10h2', turns: true, run: pm(redo), can: (e) => redo(e.state) },
      { name: 'find', key: 'mod+f', panel: true, run: () => panels.find() },
      { name: 'desk', key: 'mod+f8', panel: true, run: desk },
    ], [
      { name: 'heading', key: 'mod+alt+2', ...heading(2) },
      { name: 'subheading', key: 'mod+alt+3', ...heading(3) },
    ], [
      { name: 'strong', key: 'mod+b', ...mark('strong') },
      { name: 'em', key: 'mod+i', ...mark('em') },
      { name: 'link', key: 'mod+k', icon: 'M8 12a4 4 0 0 0 6 .5l3-3A4 4 0 0 0 11.500 4L10 5.500M12 8a4 4 0 0 0-6-.5l-3 3A4 4 0 0 0 8.500 16l1.500-1.500', panel: true, run: () => panels.link(), on: (e) => e.isActive('link') },
      { name: 'ltr', key: 'mod+shift+x', run: (e) => e.chain().toggleMark('span', { dir: 'ltr', lang: null, bdi: false }).run(), on: (e) => e.isActive('span', { dir: 'ltr' }) },
      { name: 'sup', key: 'mod+.', icon: 'm3 7 7 9m0-9-7 9M13 4.500c1-2 4-1.500 4 .5 0 1.500-2 2.500-4 4h4', ...mark('sup') },
      { name: 'sub', key: 'mod+,', icon: 'm3 3 7 9m0-9-7 9m10 .500c1-2 4-1.500 4 .5 0 1.500-2 2.500-4 4h4', ...mark('sub') },
    ], [
      { name: 'bullets', key: 'mod+shift+8', icon: 'M8 5h9M8 10h9M8 15h9M3.500 5h.01M3.500 10h.01M3.500 15h.01', turns: true, ...list('bulletList') },
      { name: 'numbers', key: 'mod+shift+7', icon: 'M9 5h8M9 10h8M9 15h8M3 4l1.500-1v5M3 12.500c.5-1 2.500-1 2.500.3 0 1-2.500 2-2.500 3.200h2.500', turns: true, ...list('orderedList') },
      { name: 'quote', key: 'mod+shift+9', ...wrap('blockquote') },
      { name: 'pullquote', key: 'mod+alt+9', ...wrap('pullquote') },
    ], [
      { name: 'picture', key: 'mod+alt+p', panel: true, run: () => panels.library('image') },
      { name: 'table', key: 'mod+alt+t', run: (e) => insertTable({ state: e.state, dispatch: e.view.dispatch }, 3, 2), can: (e) => !isInTable(e.state) },
      { name: 'more', key: 'mod+alt+m', panel: true, run: () => panels.more(headlines) },
      { name: 'note', key: 'mod+alt+n', ...wrap('note') },
      { name: 'player', panel: true, run: () => panels.library('video') },
      { name: 'embed', panel: true, run: () => panels.embed() },
      { name: 'rule', run: (e) => e.chain().insertContent({ type: 'horizontalRule' }).run() },
    ], [
      { name: 'row_after', key: 'mod+alt+arrowdown', ...table(addRowAfter) },
      { name: 'row_before', key: 'mod+alt+arrowup', ...table(addRowBefore) },
      { name: 'column_after', key: 'mod+alt+arrowleft', ...table(addColumnAfter) },
      { name: 'row_delete', key: 'mod+alt+backspace', ...table(deleteRow) },
      { name: 'column_delete', key: 'mod+alt+shift+backspace', ...table(deleteColumn) },
      { name: 'header', ...table(toggleHeaderCell), on: (e) => e.isActive('tableHeader') },
      { name: 'merge', ...table((s, d) => mergeCells(s, d) || splitCell(s, d)) },
      { name: 'table_delete', ...table(deleteTable) },
      { name: 'alt', key: 'mod+alt+a', panel: true, run: () => panels.alt(), when: (e) => Boolean(imageAt(e.state)) },
    ],
  ];
}

const keyNames = { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', arrowdown: '↓', arrowup: '↑', arrowleft: '←', backspace: '⌫', delete: 'Del' };
export const keyText = (key) => key.split('+').map((part) => keyNames[part] ?? part.toUpperCase()).join(' ');

// keyOf names the key of an event as commands do. On a Persian keyboard the place of the key counts, not its letter.
export function keyOf(e) {
  if (e.getModifierState?.('AltGraph')) return '';
  const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(e.code);
  let name = e.key.toLowerCase();
  if (place && (/\d/.test(place[1]) || !/^[a-z]$/.test(name))) name = place[1].toLowerCase();
  else if (e.code === 'Period') name = '.';
  else if (e.code === 'Comma') name = ',';
  return [(e.ctrlKey || e.metaKey) && 'mod', e.shiftKey && 'shift', e.altKey && 'alt', name].filter(Boolean).join('+');
}

export class Toolbar {
  constructor(editor, words, groups) {
    this.editor = editor;
    this.items = [];
    this.keys = new Map();
    this.el = h('div', { class: 'tools', role: 'toolbar', 'aria-label': words.toolbar, 'aria-controls': 'ed-body' });
    for (const group of groups) {
      const context = group.every((item) => item.when); // tools of the place where the cursor is
      this.el.append(h('span', { class: context ? 'group context' : 'group' }, ...group.map((item) => this.button(item, words[item.name]))));
    }
    this.el.addEventListener('keydown', (e) => this.keydown(e));
    this.el.addEventListener('focusin', (e) => this.rove(e.target));
    this.update();
    this.rove(this.items[0].el);
  }

  button(item, word) {
    const run = () => {
      if (item.el.getAttribute('aria-disabled') === 'true') return;
      item.run(this.editor);
      if (!item.panel) this.editor.view.focus();
    };
    item.el = h('button', {
      type: 'button', tabindex: '-1', 'data-name': item.name, 'aria-label': item.icon ? word : null, 'aria-pressed': item.on ? 'false' : null,
      title: item.key ? `${word} (${keyText(item.key)})` : word, 'aria-keyshortcuts': item.key?.replace('mod', 'Control').replace(/(^|\+)(\w)/g, (_, a, b) => a + b.toUpperCase()),
      onmousedown: (e) => e.preventDefault(), onclick: run,
    }, item.icon ? icon(item.icon, item.turns) : word);
    this.items.push(item);
    if (item.key) this.keys.set(item.key, item);
    return item.el;
  }

  // press runs the command of a key; it returns false when there is none.
  press(e) {
    const item = this.keys.get(keyOf(e));
    if (!item || (item.when && !item.when(this.editor))) return false;
    if (!item.can || item.can(this.editor)) item.run(this.editor);
    return true;
  }

  update() {
    for (const item of this.items) {
      if (item.when) item.el.hidden = !item.when(this.editor);
      if (item.on) item.el.setAttribute('aria-pressed', String(item.on(this.editor)));
      if (item.can) item.el.setAttribute('aria-disabled', String(!item.can(this.editor)));
    }
    for (const group of this.el.children) group.hidden = [...group.children].every((el) => el.hidden);
    if (!this.shown().some((el) => el.tabIndex === 0)) this.rove(this.shown()[0]);
  }

  shown() { return this.items.map((item) => item.el).filter((el) => !el.hidden); }

  rove(target) {
    const chosen = target.closest('button');
    if (chosen) for (const { el } of this.items) el.tabIndex = el === chosen ? 0 : -1;
  }

  focus() { (this.shown().find((el) => el.tabIndex === 0) ?? this.shown()[0]).focus(); }

  keydown(e) {
    const all = this.shown(), at = all.indexOf(document.activeElement);
    const forward = getComputedStyle(this.el).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    let to;
    if (e.key === 'Home') to = 0;
    else if (e.key === 'End') to = all.length - 1;
    else if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') to = (at + (e.key === forward ? 1 : -1) + all.length) % all.length;
    else if (e.key === 'Escape') this.editor.view.focus();
    else return;
    e.preventDefault();
    if (to != null) all[to].focus();
  }
}
