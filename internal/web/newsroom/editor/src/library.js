// The dialog of the library: it finds what is there as one types, takes in new files by choice, drop and paste, asks for caption and
// credit, and hands over what was chosen.
import { figures, fill, h } from './dom.js';
import { Upload, ask, carries } from './upload.js';

let serial = 0;

export class Library {
  constructor(words) {
    this.words = words;
    this.search = h('input', { type: 'search', placeholder: words.library_hint });
    this.kind = h('select', {}, ...['', 'image', 'video', 'audio'].map((kind) => h('option', { value: kind }, words[`library_${kind || 'any'}`])));
    this.file = h('input', { type: 'file', multiple: true, 'aria-label': words.library_new, accept: 'image/jpeg,image/png,image/gif,image/webp,video/mp4,video/webm,audio/mpeg,audio/ogg,.opus' });
    this.shelf = h('ul', { class: 'shelf' });
    this.said = h('p', { class: 'said', role: 'status' });
    this.older = h('button', { type: 'button', hidden: true, onclick: () => this.load(this.next, false) }, words.library_older);
    this.find = h('div', {},
      h('div', { class: 'filter' }, h('label', {}, words.library_search, this.search), h('label', {}, words.library_kind, this.kind),
        h('span', { class: 'choose' }, this.file, h('span', { class: 'face' }, words.library_new), h('span', { class: 'hint' }, words.library_drop))),
      this.shelf, this.said, h('p', { class: 'acts' }, this.older));
    this.about = h('div', { hidden: true });
    this.dialog = h('dialog', { class: 'panel library', 'aria-label': words.library },
      h('p', { class: 'bar' }, h('b', {}, words.library), h('button', { type: 'button', class: 'plain', onclick: () => this.dialog.close() }, words.close)), this.find, this.about);
    document.body.append(this.dialog);
    this.listen();
  }

  listen() {
    let timer;
    const look = () => { clearTimeout(timer); this.load(); };
    this.search.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(look, 200); });
    this.kind.addEventListener('change', look);
    this.file.addEventListener('change', () => { this.take([...this.file.files]); this.file.value = ''; });
    this.dialog.addEventListener('keydown', (e) => this.keydown(e));
    this.dialog.addEventListener('dragover', (e) => { if (carries(e)) e.preventDefault(); });
    this.dialog.addEventListener('drop', (e) => {
      if (!carries(e)) return;
      e.preventDefault();
      this.take([...e.dataTransfer.files]);
    });
    this.dialog.addEventListener('paste', (e) => {
      const files = [...e.clipboardData?.files ?? []];
      if (!files.length) return;
      e.preventDefault();
      this.take(files);
    });
    this.dialog.addEventListener('close', () => {
      for (const upload of this.uploads ?? []) upload.stop(); // what is there stays for the next try
      this.uploads = [];
      this.after?.();
    });
    addEventListener('beforeunload', (e) => { if (this.uploads?.length) e.preventDefault(); });
  }

  // open shows the items of a kind, or asks about files that are there already. choose gets each item with its words; bare leaves the
  // words of what is in the library to whoever asked.
  open({ kind = '', files = null, bare = false, choose, after }) {
    Object.assign(this, { choose, after, bare, uploads: [] });
    this.kind.value = kind;
    this.kind.disabled = bare; // only pictures will do
    this.search.value = '';
    this.view(this.find);
    this.dialog.showModal();
    if (files) this.take(files);
    else {
      this.search.focus();
      this.load();
    }
  }

  view(part) {
    this.find.hidden = part !== this.find;
    this.about.hidden = part !== this.about;
  }

  async load(address, fresh = true) {
    const mine = this.round = (this.round ?? 0) + 1;
    const wanted = address ?? `/newsroom/media?${new URLSearchParams({ kind: this.kind.value, q: this.search.value })}`;
    try {
      const page = await ask('GET', wanted);
      if (mine !== this.round) return;
      if (fresh) this.shelf.replaceChildren();
      this.shelf.append(...page.items.map((item) => this.tile(item)));
      this.next = page.next;
      this.older.hidden = !page.next;
      this.said.textContent = this.shelf.children.length ? '' : this.words.nothing_found;
      this.rove(this.shelf.querySelector('button'));
    } catch {
      if (mine === this.round) this.said.textContent = this.words.failed;
    }
  }

  tile(item) {
    const sight = item.preview ? h('img', { src: item.preview, alt: '', loading: 'lazy' }) : h('span', { class: 'sort' }, this.words[`library_${item.kind}`]);
    return h('li', {}, h('button', { type: 'button', tabindex: '-1', onclick: () => this.pick(item) }, sight, h('b', { dir: 'auto' }, item.label),
      item.credit ? h('span', { class: 'x', dir: 'auto' }, item.credit) : h('span', { class: 'lack' }, this.words.library_no_credit),
      h('span', { class: 'x whole' }, item.measure)));
  }

  // The tiles are one stop of the Tab key; arrows go from one to the next.
  rove(target) {
    for (const tile of this.shelf.querySelectorAll('button')) tile.tabIndex = tile === target ? 0 : -1;
  }

  keydown(e) {
    e.stopPropagation(); // the page's own keys rest
    const tiles = [...this.shelf.querySelectorAll('button')], at = tiles.indexOf(document.activeElement);
    if (e.target === this.search && e.key === 'Enter') {
      e.preventDefault();
      this.load();
    } else if (e.target === this.search && e.key === 'ArrowDown' && tiles.length) {
      e.preventDefault();
      this.go(tiles, 0);
    }
    if (at < 0) return;
    const row = tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length;
    const onward = getComputedStyle(this.shelf).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const steps = { ArrowLeft: onward === 'ArrowLeft' ? 1 : -1, ArrowRight: onward === 'ArrowRight' ? 1 : -1, ArrowDown: row, ArrowUp: -row, Home: -at, End: tiles.length - 1 - at };
    if (!(e.key in steps)) return;
    e.preventDefault();
    if (e.key === 'ArrowUp' && at < row) this.search.focus();
    else this.go(tiles, Math.min(tiles.length - 1, Math.max(0, at + steps[e.key])));
  }

  go(tiles, to) {
    this.rove(tiles[to]);
    tiles[to].focus();
  }

  pick(item) {
    if (this.bare) return this.finish([{ item, caption: item.caption, credit: item.credit, alt: item.alt }]);
    return this.ask([{ item }]);
  }

  take(files) {
    if (!files.length) return;
    this.ask(files.map((file) => ({ file })));
  }

  finish(chosen) {
    this.uploads = [];
    this.dialog.close();
    for (const one of chosen) this.choose(one);
  }

  // ask asks for the words of items, or of files while they are on their way.
  ask(entries) {
    const { words } = this;
    const credit = this.field('credit', words.credit, entries[0].item?.credit, entries.length > 1 ? words.credit_all : words.credit_hint);
    const said = h('p', { class: 'said', role: 'status' });
    const rows = entries.map((entry) => this.row(entry));
    const go = h('button', { type: 'button', class: 'main' }, words.insert);
    const insert = async () => {
      if (go.disabled) return;
      go.disabled = true;
      said.textContent = words.working;
      try {
        const lacking = await this.settle(rows, credit);
        said.textContent = '';
        if (lacking) lacking.focus();
        else this.finish(rows.filter((row) => !row.refused).map((row) => ({ item: row.item, caption: row.caption.value, credit: row.credit || credit.value, alt: row.alt?.value ?? '' })));
      } catch {
        said.textContent = words.failed;
      } finally {
        go.disabled = false;
      }
    };
    go.addEventListener('click', insert);
    this.about.onkeydown = (e) => {
      if (e.key !== 'Enter' || !e.target.matches('input') || e.isComposing) return;
      e.preventDefault();
      insert();
    };
    this.about.replaceChildren(entries.length > 1 ? h('p', { class: 'hint' }, fill(words.library_many, figures(entries.length))) : '', credit.row, ...rows.map((row) => row.el), said,
      h('p', { class: 'acts' }, go, h('button', { type: 'button', class: 'plain', onclick: () => this.back(rows) }, words.cancel)));
    this.view(this.about);
    credit.input.focus();
  }

  back(rows) {
    for (const row of rows) row.upload?.drop();
    this.uploads = [];
    this.view(this.find);
    this.search.focus();
    if (!this.shelf.children.length) this.load();
  }

  field(name, text, value, hint) {
    const id = `lib-${name}-${++serial}`;
    const fault = h('span', { class: 'fault', id: `${id}-fault` });
    const input = h('input', { id, name, 'aria-describedby': `${id}-fault`, required: name !== 'alt' });
    input.value = value ?? '';
    const row = h('p', {}, h('label', { for: id }, text, hint ? h('span', { class: 'hint' }, ` ${hint}`) : null), input, fault);
    const mark = (sentence) => {
      fault.textContent = sentence;
      if (sentence) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    };
    return { input, row, mark, get value() { return input.value.trim(); }, set value(text) { input.value = text; } };
  }

  // row is one file or item with its words.
  row({ item, file }) {
    const { words } = this;
    const caption = this.field('caption', words.caption, item?.caption);
    const pictured = item ? item.kind === 'image' : file.type.startsWith('image/');
    const alt = pictured ? this.field('alt', words.alt, item?.alt, words.alt_hint) : null;
    const row = { item, caption, alt };
    const facts = h('div', { class: 'sight' });
    row.el = h('div', { class: 'given' }, facts, h('div', {}, h('p', { class: 'name' }, h('bdi', {}, item?.label ?? (file.name || file.type))), caption.row, alt?.row));
    if (item) {
      facts.append(item.preview ? h('img', { src: item.preview, alt: '' }) : h('span', { class: 'sort' }, words[`library_${item.kind}`]));
      return row;
    }
    const bar = h('progress', { max: file.size || 1, value: 0, 'aria-label': file.name || file.type });
    const state = h('span', { class: 'hint' }, words.library_waiting);
    facts.append(bar, state);
    row.upload = new Upload(file, (now, bytes) => {
      state.textContent = words[`library_${now}`];
      if (now !== 'cut') bar.value = bytes;
    });
    this.uploads.push(row.upload);
    row.refuse = (sentence) => {
      row.refused = true;
      this.uploads = this.uploads.filter((upload) => upload !== row.upload);
      facts.replaceChildren(h('span', { class: 'fault' }, sentence));
      for (const input of row.el.querySelectorAll('input')) input.disabled = true;
    };
    row.upload.bytes().catch((problem) => row.refuse(problem.message));
    return row;
  }

  // settle waits for the files and takes them into the library; it returns the first field that still lacks its words, if any. What a
  // file says of itself counts where nothing was typed.
  async settle(rows, credit) {
    for (const { mark } of [credit, ...rows.map((row) => row.caption)]) mark('');
    for (const row of rows) {
      if (row.refused || row.item) continue;
      try {
        row.item = await row.upload.done({ credit: credit.value, caption: row.caption.value, alt: row.alt?.value ?? '' });
      } catch (problem) {
        row.refuse(problem.message);
        continue;
      }
      if (!row.item) return credit.input; // stopped
      this.uploads = this.uploads.filter((upload) => upload !== row.upload);
      row.caption.value ||= row.item.caption;
      if (row.item.credit !== credit.value) row.credit = row.item.credit;
    }
    const good = rows.filter((row) => !row.refused);
    if (!good.length) return this.about.querySelector('.acts .plain');
    const lacking = [];
    if (!credit.value && good.some((row) => !row.credit)) lacking.push([credit, this.words.library_credit_missing]);
    for (const row of good) if (!row.caption.value) lacking.push([row.caption, this.words.library_caption_missing]);
    for (const [field, sentence] of lacking) field.mark(sentence);
    if (lacking.length) return lacking[0][0].input;
    await Promise.all(good.map((row) => keepWords(row, row.credit || credit.value)));
    return null;
  }
}

// keepWords gives an item of the library the words that it lacks; where somebody edits it meanwhile, theirs stay.
async function keepWords({ item, caption, alt }, credit) {
  const words = { caption: item.caption || caption.value, credit: item.credit || credit, alt: item.alt || (alt?.value ?? '') };
  if (words.caption === item.caption && words.credit === item.credit && words.alt === item.alt) return;
  await ask('POST', item.edit, new URLSearchParams({ ...words, base: item.edits })).catch((problem) => { if (problem.status !== 409) throw problem; });
}
