// The small forms under the toolbar: an address, an article, a picture, a film. They stand in the page and cover nothing;
// Escape closes them and leads back to the text.
import { figures, fill, h } from './dom.js';
import { Library } from './library.js';
import { find, found, replace, replaceAll, step, stop } from './find.js';

let serial = 0;

export class Panels {
  constructor(editor, words, place) {
    Object.assign(this, { editor, words, place });
    place.addEventListener('keydown', (e) => {
      if (e.key !== 'Escape' || e.defaultPrevented) return;
      e.preventDefault();
      this.close();
    });
  }

  close() {
    this.done?.();
    this.done = null;
    this.place.replaceChildren();
    this.place.hidden = true;
    this.editor.view.focus();
    this.editor.view.dispatch(this.editor.state.tr.scrollIntoView());
  }

  // open shows a form; act gets its values when it is sent and returns the sentences of what is wrong, by field, if any.
  open(title, fields, label, act) {
    const inputs = {}, faults = {};
    const rows = fields.map(({ name, text, hint, ...rest }) => {
      const id = `ed-${name}-${++serial}`;
      inputs[name] = h('input', { id, dir: 'auto', 'aria-describedby': `${id}-fault`, ...rest });
      if (rest.value) inputs[name].value = rest.value;
      faults[name] = h('span', { class: 'fault', id: `${id}-fault` });
      return h('p', {}, h('label', { for: id }, text, hint ? h('span', { class: 'hint' }, ` ${hint}`) : null), inputs[name], faults[name]);
    });
    const said = h('p', { class: 'said', role: 'status' });
    const send = async () => {
      if (go.disabled) return;
      for (const name of Object.keys(inputs)) {
        faults[name].textContent = '';
        inputs[name].removeAttribute('aria-invalid');
      }
      go.disabled = true;
      const slow = setTimeout(() => { said.textContent = this.words.working; }, 300);
      let wrong;
      try {
        wrong = await act(Object.fromEntries(Object.entries(inputs).map(([name, el]) => [name, el.type === 'file' ? [...el.files] : el.value.trim()])));
      } catch {
        wrong = { '': this.words.failed };
      }
      clearTimeout(slow);
      go.disabled = false;
      if (!wrong) return void this.close();
      said.textContent = wrong[''] ?? '';
      for (const [name, sentence] of Object.entries(wrong).toReversed()) {
        if (!inputs[name]) continue;
        faults[name].textContent = sentence;
        inputs[name].setAttribute('aria-invalid', 'true');
        inputs[name].focus();
      }
    };
    const go = h('button', { type: 'button', onclick: send }, label);
    const acts = h('p', { class: 'acts' }, go, h('button', { type: 'button', class: 'plain', onclick: () => this.close() }, this.words.cancel));
    this.show(title, [...rows, said, acts], (e) => {
      if (e.key === 'Enter' && e.target.matches('input')) { e.preventDefault(); send(); }
    });
    return { inputs, acts };
  }

  show(title, children, onkeydown) {
    this.done?.();
    this.done = null;
    const group = h('div', {
      role: 'group', 'aria-label': title,
      // Nothing here sends the article's form or counts as a change of it.
      onkeypress: (e) => { if (e.key === 'Enter' && e.target.matches('input')) e.preventDefault(); }, onkeydown, oninput: (e) => e.stopPropagation(),
    }, h('p', { class: 'title' }, title), ...children);
    this.place.replaceChildren(group);
    this.place.hidden = false;
    group.querySelector('input')?.focus();
  }

  link() {
    const { editor, words } = this;
    const now = editor.getAttributes('link').href ?? '';
    const { acts } = this.open(words.link, [{ name: 'href', text: words.address, dir: 'ltr', value: now, inputmode: 'url', placeholder: 'https://' }], words.apply, ({ href }) => {
      const address = linkAddress(href);
      if (!address) return { href: words.bad_address };
      const chain = editor.chain().extendMarkRange('link');
      if (editor.state.selection.empty && !now) chain.insertContent({ type: 'text', text: address, marks: [{ type: 'link', attrs: { href: address } }] }).unsetMark('link').run();
      else chain.setMark('link', { href: address }).run();
      return null;
    });
    if (now) acts.append(h('button', { type: 'button', class: 'plain', onclick: () => { editor.chain().extendMarkRange('link').unsetMark('link').run(); this.close(); } }, words.unlink));
  }

  embed() {
    const { editor, words } = this;
    this.open(words.embed, [
      { name: 'href', text: words.address, hint: words.embed_hint, dir: 'ltr', inputmode: 'url', placeholder: 'https://' },
      { name: 'caption', text: words.caption },
    ], words.insert, ({ href, caption }) => {
      const address = linkAddress(href);
      if (!/^https?:/.test(address)) return { href: words.bad_address };
      insertFigure(editor, { type: 'embed', attrs: { href: address } }, caption, '');
      return null;
    });
  }

  // library inserts what is chosen of a kind, or files that are there already.
  library(kind, files = null) {
    this.done?.();
    const { editor } = this;
    this.shelf ??= new Library(this.words);
    this.shelf.open({
      kind, files, after: () => editor.view.focus(),
      choose: ({ item, caption, credit, alt }) => insertFigure(editor, item.kind === 'image'
        ? { type: 'image', attrs: { src: item.src, alt, width: item.width, height: item.height } }
        : { type: 'player', attrs: { tag: item.kind, src: item.src } }, caption, credit),
    });
  }

  alt() {
    const { editor, words } = this;
    const image = imageAt(editor.state);
    if (!image) return;
    this.open(words.alt, [{ name: 'alt', text: words.alt, hint: words.alt_hint, value: image.node.attrs.alt ?? '' }], words.apply, ({ alt }) => {
      editor.view.dispatch(editor.state.tr.setNodeAttribute(image.pos, 'alt', alt));
      return null;
    });
  }

  // more finds an article as one types.
  more(headlines) {
    const { editor, words } = this;
    const id = `ed-more-${++serial}`;
    const input = h('input', { id, dir: 'auto', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': `${id}-list`, 'aria-autocomplete': 'list', autocomplete: 'off' });
    const options = h('ul', { id: `${id}-list`, role: 'listbox', 'aria-label': words.more });
    const said = h('p', { class: 'said', role: 'status' });
    let rows = [], at = -1, asked = 0, timer;
    const point = (i) => {
      at = i;
      [...options.children].forEach((el, j) => el.setAttribute('aria-selected', String(j === i)));
      if (options.children[i]) {
        input.setAttribute('aria-activedescendant', options.children[i].id);
        options.children[i].scrollIntoView({ block: 'nearest' });
      } else input.removeAttribute('aria-activedescendant');
    };
    const choose = (row) => {
      if (!row) return;
      headlines.set(row.code, row.headline);
      editor.chain().insertContent({ type: 'more', attrs: { code: row.code } }).run();
      this.close();
    };
    const look = async () => {
      const mine = ++asked, q = input.value.trim();
      try {
        const response = await fetch(`/newsroom/find?${new URLSearchParams({ q })}`, { headers: { Accept: 'application/json' } });
        const answer = await response.json();
        if (mine !== asked) return;
        if (!response.ok) throw new Error(answer.message);
        rows = answer.articles;
        said.textContent = rows.length ? '' : words.nothing_found;
      } catch {
        rows = [];
        said.textContent = words.failed;
      }
      options.replaceChildren(...rows.map((row, i) => h('li', { role: 'option', id: `${id}-${i}`, onclick: () => choose(row), 'aria-selected': 'false' },
        h('bdi', {}, row.headline), h('span', { class: 'hint' }, `${row.about}`))));
      input.setAttribute('aria-expanded', String(rows.length > 0));
      point(rows.length ? 0 : -1);
    };
    input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(look, 150); });
    this.show(words.more, [h('p', {}, h('label', { for: id }, words.more_search), input), options, said,
      h('p', { class: 'acts' }, h('button', { type: 'button', class: 'plain', onclick: () => this.close() }, words.cancel))], (e) => {
      if (e.target !== input) return;
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (steps[e.key]) point((at + steps[e.key] + rows.length) % Math.max(1, rows.length));
      else if (e.key === 'Enter') choose(rows[at]);
      else return;
      e.preventDefault();
    });
    look();
  }

  find() {
    const { editor, words } = this;
    const { from, to } = editor.state.selection;
    const chosen = editor.state.doc.textBetween(from, to, ' ');
    const what = h('input', { id: `ed-find-${++serial}`, dir: 'auto', autocomplete: 'off' }), into = h('input', { id: `ed-replace-${serial}`, dir: 'auto', autocomplete: 'off' });
    const said = h('p', { class: 'said', role: 'status' });
    const tell = () => {
      const { matches, at } = found(editor);
      said.textContent = !what.value ? '' : matches.length ? fill(words.found, figures(at + 1), figures(matches.length)) : words.nothing_found;
    };
    const after = (act) => () => { act(); tell(); };
    const button = (text, act) => h('button', { type: 'button', onclick: after(act) }, text);
    what.addEventListener('input', after(() => find(editor, what.value)));
    this.show(words.find, [
      h('div', { class: 'two' }, h('p', {}, h('label', { for: what.id }, words.find), what), h('p', {}, h('label', { for: into.id }, words.replace_with), into)),
      said,
      h('p', { class: 'acts' }, button(words.find_next, () => step(editor, 1)), button(words.find_previous, () => step(editor, -1)),
        button(words.replace, () => replace(editor, into.value)),
        h('button', { type: 'button', onclick: () => { const n = replaceAll(editor, into.value); said.textContent = fill(words.replaced, figures(n)); } }, words.replace_all),
        h('button', { type: 'button', class: 'plain', onclick: () => this.close() }, words.close)),
    ], (e) => {
      if (e.key !== 'Enter' || !e.target.matches('input')) return;
      e.preventDefault();
      after(() => (e.target === into ? replace(editor, into.value) : step(editor, e.shiftKey ? -1 : 1)))();
    });
    this.done = () => stop(editor);
    if (chosen && chosen.length < 100) {
      what.value = chosen;
      what.select();
      find(editor, chosen);
      tell();
    }
  }
}

// linkAddress is an address as the server takes it, "" when it does not.
export function linkAddress(typed) {
  let address = typed.trim();
  if (/^[\w-]+(\.[\w-]+)+([/?#]|$)/.test(address)) address = `https://${address}`;
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(address)) address = `mailto:${address}`;
  if (!/^(https?:\/\/[^\s/]|mailto:.|tel:.|\/(?!\/))/i.test(address) || /[\s\\]/.test(address)) return '';
  return address;
}

function insertFigure(editor, shown, caption, credit) {
  const text = (value) => (value ? [{ type: 'text', text: value }] : []);
  editor.chain().insertContent({ type: 'figure', content: [shown, { type: 'figcaption', content: text(caption) }, { type: 'credit', content: text(credit) }] }).run();
}

export function imageAt(state) {
  const { $from, node } = state.selection;
  for (let depth = $from.depth + 1; depth > 0; depth--) {
    const figure = depth > $from.depth ? node : $from.node(depth);
    const pos = depth > $from.depth ? $from.pos : $from.before(depth);
    if (figure?.type.name === 'figure') return figure.firstChild.type.name === 'image' ? { node: figure.firstChild, pos: pos + 1 } : null;
  }
  return null;
}
