// The copy desk beside the editor: it reads headlines, kicker, lede, what stands under the picture and the body while one writes. The rules run on the server; what
// they find is marked in the body, listed under the fields and in a panel, and corrected by a key.
import { TextSelection } from '@tiptap/pm/state';
import { figures, fill, h } from './dom.js';
import { apart, blocks, correct, show, slipAt, slipsOf } from './slips.js';

const pause = 600; // ms after the last letter until the server is asked
const underField = 3;
const inPanel = 200;

export class Desk {
  constructor(editor, words, panels, form, line) {
    Object.assign(this, { editor, words, panels, form, line });
    this.found = { kicker: [], headline: [], short_headline: [], lede: [], picture_caption: [], picture_credit: [], picture_alt: [] };
    this.lists = {};
    for (const name of Object.keys(this.found)) {
      const field = this.field(name);
      this.lists[name] = h('ul', { class: 'slips', hidden: true });
      field.closest('label').after(this.lists[name]);
      field.addEventListener('input', () => { this.found[name] = this.found[name].filter((f) => this.stands(f)); this.later(); });
    }
    this.said = h('p', { class: 'away', role: 'status' });
    this.line.after(this.said);
    form.elements.lang?.addEventListener('change', () => this.later());
    form.addEventListener('keydown', (e) => this.keydown(e));
    editor.on('transaction', ({ transaction }) => {
      if (transaction.docChanged) this.later();
      this.tell();
    });
    addEventListener('hashchange', () => this.wanted());
    this.asked = this.ask().then(() => this.wanted());
  }

  field(name) { return this.form.elements[name]; }
  name(f) { return f.field === 'body' ? fill(this.words.desk_block, figures(f.block + 1)) : this.field(f.field).closest('label').firstChild.textContent.trim(); }
  stands(f) { return this.field(f.field).value.slice(f.from, f.to) === f.before; }
  open(f) { return f.after !== f.before && (f.field === 'body' ? this.editor.isEditable : !this.field(f.field).matches(':disabled')); }
  all() { return [...Object.values(this.found).flat(), ...slipsOf(this.editor.state)]; }

  // wanted opens the panel where the address asks for it.
  wanted() {
    if (location.hash !== '#copydesk') return;
    this.panel();
    this.panels.place.scrollIntoView({ block: 'center' });
    this.panels.place.querySelector('button')?.focus({ preventScroll: true });
  }

  later() {
    this.request?.abort(); // what it answers would be of a text that is gone
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), pause);
  }

  // ask is silent when it fails: whoever writes is not to be held up. The next change asks again.
  async ask() {
    if (!this.editor.isEditable) return;
    const request = this.request = new AbortController();
    const text = { lang: this.field('lang')?.value ?? 'fa', body: blocks(this.editor.state.doc).map((block) => block.text) };
    for (const name of Object.keys(this.found)) text[name] = this.field(name).value;
    try {
      const response = await fetch('/newsroom/copydesk', { method: 'POST', body: JSON.stringify(text), signal: request.signal, headers: { Accept: 'application/json', 'Content-Type': 'application/json' } });
      if (!response.ok) return;
      const { findings } = await response.json();
      if (request.signal.aborted) return;
      for (const name of Object.keys(this.found)) this.found[name] = findings.filter((f) => f.field === name);
      show(this.editor, findings.filter((f) => f.field === 'body'));
      this.tell();
    } catch { /* a cut line, or a newer question */ }
  }

  // describe is a finding in a line.
  describe(f) {
    if (f.to === f.from || f.before.length > 60) return f.reason;
    return f.after === f.before || !f.after ? fill(this.words.desk_found, f.before) : fill(this.words.desk_change, f.before, f.after);
  }

  reason(f) { return f.note ? `${f.reason} ${f.note}` : f.reason; }

  // tell writes what there is under the fields, in the line under the tools and in the panel.
  tell() {
    const all = this.all(), now = this.editor.isFocused ? slipAt(this.editor.state) : undefined;
    const words = now ? [h('bdi', {}, this.describe(now)), ` ${this.reason(now)}`] : [all.length ? fill(this.words.desk_count, figures(all.length)) : this.words.desk_none];
    const drawn = JSON.stringify([words.map((w) => w.textContent ?? w), all.map((f) => [f.field, f.block, f.before, f.after, f.rule])]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.line.replaceChildren(...(now ? words : [h('button', { type: 'button', class: 'plain', onclick: () => this.panel() }, ...words)]), ' ',
      ...(now && !this.open(now) ? [] : all.length ? [h('kbd', { dir: 'ltr' }, 'F8')] : []));
    for (const [name, list] of Object.entries(this.lists)) {
      const found = this.found[name].filter((f) => f.from < f.to);
      list.replaceChildren(...found.slice(0, underField).map((f) => h('li', {}, this.open(f)
        ? h('button', { type: 'button', class: 'plain', title: this.reason(f), onclick: () => this.fix([f]) }, this.describe(f))
        : h('span', {}, this.describe(f)), h('span', { class: 'hint' }, ` ${this.describe(f) === f.reason ? '' : this.reason(f)}`))));
      if (found.length > underField) list.append(h('li', {}, h('button', { type: 'button', class: 'plain', onclick: () => this.panel() }, fill(this.words.desk_more, figures(found.length - underField)))));
      list.hidden = !found.length;
    }
    this.list();
  }

  // panel opens the list of all findings.
  panel() {
    this.items = h('ul', { class: 'slip-list' });
    this.allSafe = h('button', { type: 'button', onclick: () => this.fixAll() });
    this.panels.show(this.words.desk, [this.items, h('p', { class: 'acts' }, this.allSafe, h('button', { type: 'button', class: 'plain', onclick: () => this.panels.close() }, this.words.close))]);
    this.panels.done = () => { this.items = null; };
    this.list();
  }

  list() {
    if (!this.items) return;
    const all = this.all(), at = [...this.items.querySelectorAll('button')].indexOf(document.activeElement);
    this.items.replaceChildren(...all.slice(0, inPanel).map((f) => h('li', {},
      h('button', { type: 'button', class: 'plain', onclick: () => this.go(f) }, this.name(f)),
      h('span', { class: 'what' }, h('bdi', {}, this.describe(f)), this.describe(f) === f.reason ? null : h('span', { class: 'hint' }, ` ${this.reason(f)}`)),
      this.open(f) ? h('button', { type: 'button', onclick: () => this.fixListed(f) }, this.words.desk_fix) : null)));
    if (!all.length) this.items.append(h('li', {}, this.words.desk_none));
    if (all.length > inPanel) this.items.append(h('li', {}, fill(this.words.desk_more, figures(all.length - inPanel))));
    const safe = all.filter((f) => f.safe && this.open(f)).length;
    this.allSafe.textContent = fill(this.words.desk_all, figures(safe));
    this.allSafe.hidden = !safe;
    this.focusListed(at);
  }

  // focusListed keeps the keyboard in the list when its buttons are new.
  focusListed(at) {
    if (at < 0 || !this.items) return;
    const buttons = this.items.querySelectorAll('button');
    (buttons[Math.min(at, buttons.length - 1)] ?? this.panels.place.querySelector('.acts button:not([hidden])')).focus();
  }

  fixListed(f) {
    const at = [...this.items.querySelectorAll('button')].indexOf(document.activeElement);
    this.fix([f]);
    this.focusListed(at);
  }

  // go shows a finding in its place.
  go(f) {
    if (f.field !== 'body') {
      const field = this.field(f.field);
      field.focus();
      field.setSelectionRange(f.from, f.to);
    } else {
      const { view } = this.editor;
      view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, f.to)).scrollIntoView());
      view.focus();
    }
    this.say(`${this.describe(f)} ${this.reason(f)}`);
  }

  // here is the place of the cursor: the field, and from where to where.
  here() {
    const el = document.activeElement;
    const name = Object.keys(this.found).find((n) => this.field(n) === el);
    if (name) return { field: name, from: el.selectionStart, to: el.selectionEnd };
    const { from, to } = this.editor.state.selection;
    return { field: 'body', from, to };
  }

  next() {
    const all = this.all(), { field, to } = this.here();
    const order = [...Object.keys(this.found), 'body'];
    const behind = (f) => order.indexOf(f.field) > order.indexOf(field) || (f.field === field && (f.from > to || (f.from === to && f.to > f.from)));
    const next = all.find(behind) ?? all[0];
    if (next) this.go(next);
    else this.say(this.words.desk_none);
  }

  // fixHere corrects what stands at the cursor; where nothing can be corrected it goes to the next place.
  fixHere() {
    const { field, from, to } = this.here();
    const found = field === 'body' ? slipAt(this.editor.state) : this.found[field].find((f) => f.from <= to && f.to >= from && this.open(f));
    if (found && this.open(found)) this.fix([found]);
    else this.next();
  }

  // fix corrects findings: those of a field, and those of the body in one step for undo. It returns how many places it changed.
  fix(found) {
    let n = 0;
    for (const name of Object.keys(this.found)) n += this.fixField(name, found.filter((f) => f.field === name && this.open(f)));
    const body = found.filter((f) => f.field === 'body' && this.open(f));
    if (body.length && correct(this.editor, body)) n += body.length;
    if (n) this.say(fill(this.words.desk_fixed, figures(n)));
    return n;
  }

  fixAll() {
    const back = document.activeElement;
    this.fix(this.all().filter((f) => f.safe));
    if (back !== document.body && back.isConnected) back.focus();
  }

  // fixField types what should stand there, so that the field's own undo takes it back: all in one step.
  fixField(name, found) {
    const field = this.field(name), good = apart(found.filter((f) => this.stands(f)));
    if (!good.length) return 0;
    const from = good[0].from, to = good.at(-1).to;
    let text = '', at = from;
    for (const f of good) {
      text += field.value.slice(at, f.from) + f.after;
      at = f.to;
    }
    field.focus();
    field.setSelectionRange(from, to);
    const done = text ? document.execCommand('insertText', false, text) : document.execCommand('delete');
    if (!done) field.setRangeText(text, from, to, 'end');
    this.found[name] = [];
    this.later();
    this.tell();
    return good.length;
  }

  say(text) { this.said.textContent = text; }

  keydown(e) {
    if (e.key !== 'F8' || e.isComposing || e.defaultPrevented) return;
    e.preventDefault();
    if (e.ctrlKey || e.metaKey) this.panel();
    else if (e.altKey) this.next();
    else if (e.shiftKey) this.fixAll();
    else this.fixHere();
  }
}
