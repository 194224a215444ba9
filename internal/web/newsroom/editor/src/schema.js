// What a body is made of: exactly what package markup lets through.
import { Mark, Node } from '@tiptap/core';
import { goToNextCell, addRowAfter, isInTable, tableEditing } from '@tiptap/pm/tables';
import { NodeSelection, Plugin, TextSelection } from '@tiptap/pm/state';

const attribute = (name, initial = null, read = (value) => value) => ({ [name]: {
  default: initial,
  parseHTML: (el) => (el.hasAttribute(name) ? read(el.getAttribute(name)) : initial),
  renderHTML: (attrs) => (attrs[name] === initial ? {} : { [name]: attrs[name] }),
} });
const number = (value) => Number.parseInt(value, 10) || 0;
const lang = () => attribute('lang');

const Doc = Node.create({ name: 'doc', topNode: true, content: 'block+' });
const Text = Node.create({ name: 'text', group: 'inline' });

const Paragraph = Node.create({
  name: 'paragraph', priority: 1000, group: 'block flow', content: 'inline*',
  addAttributes: lang, parseHTML: () => [{ tag: 'p' }], renderHTML: ({ HTMLAttributes }) => ['p', HTMLAttributes, 0],
});

const Heading = Node.create({
  name: 'heading', group: 'block flow', content: 'text*', defining: true,
  addAttributes: () => ({ ...lang(), level: { default: 2, rendered: false } }),
  parseHTML: () => [{ tag: 'h2', attrs: { level: 2 } }, { tag: 'h3', attrs: { level: 3 } }],
  renderHTML: ({ node, HTMLAttributes }) => [`h${node.attrs.level}`, HTMLAttributes, 0],
});

const list = (name, tag) => Node.create({
  name, group: 'block flow', content: 'listItem+', parseHTML: () => [{ tag }], renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
});

const ListItem = Node.create({
  name: 'listItem', content: 'block+', defining: true,
  addAttributes: lang, parseHTML: () => [{ tag: 'li' }], renderHTML: ({ HTMLAttributes }) => ['li', HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem('listItem'),
      Tab: () => this.editor.commands.sinkListItem('listItem'),
      'Shift-Tab': () => this.editor.commands.liftListItem('listItem'),
    };
  },
});

const quote = (name, tag, attrs) => Node.create({
  name, group: 'block flow', content: 'block+', defining: true,
  addOptions: () => ({ label: '' }),
  parseHTML: () => [{ tag: attrs ? `${tag}.${attrs.class}` : tag }],
  renderHTML() { return [tag, { ...attrs, ...(this.options.label && { 'data-label': this.options.label }) }, 0]; },
});

const HardBreak = Node.create({
  name: 'hardBreak', group: 'inline', inline: true, selectable: false, linebreakReplacement: true,
  parseHTML: () => [{ tag: 'br' }], renderHTML: () => ['br'], renderText: () => '\n',
  addKeyboardShortcuts() {
    return { 'Shift-Enter': () => this.editor.commands.insertContent({ type: 'hardBreak' }) };
  },
});

const HorizontalRule = Node.create({ name: 'horizontalRule', group: 'block flow', parseHTML: () => [{ tag: 'hr' }], renderHTML: () => ['hr'] });

// Tables: rows of the head are marked, because the table's own parts are no nodes.
const Table = Node.create({
  name: 'table', group: 'block', content: 'tableRow+', tableRole: 'table', isolating: true,
  parseHTML: () => [{ tag: 'table' }], renderHTML: () => ['table', ['tbody', 0]],
  extendNodeSchema: (extension) => ({ tableRole: extension.config.tableRole }),
  addKeyboardShortcuts() {
    const move = (step) => () => {
      if (!isInTable(this.editor.state)) return false;
      const { state, view } = this.editor;
      if (goToNextCell(step)(state, view.dispatch)) return true;
      if (step < 0 || !addRowAfter(state, view.dispatch)) return false;
      return goToNextCell(step)(view.state, view.dispatch);
    };
    return { Tab: move(1), 'Shift-Tab': move(-1) };
  },
  addProseMirrorPlugins: () => [tables()],
});
// A table that comes with rows of unequal length keeps them until somebody works on it.
function tables() {
  const plugin = tableEditing(), mend = plugin.spec.appendTransaction;
  plugin.spec.appendTransaction = (trs, old, state) => (trs.some((tr) => tr.getMeta('load')) ? null : mend.call(plugin, trs, old, state));
  return plugin;
}

const TableRow = Node.create({
  name: 'tableRow', content: '(tableCell | tableHeader)*', tableRole: 'row',
  addAttributes: () => ({ head: {
    default: false,
    parseHTML: (el) => el.parentNode?.nodeName === 'THEAD' || el.hasAttribute('data-head'),
    renderHTML: ({ head }) => (head ? { 'data-head': '' } : {}),
  } }),
  parseHTML: () => [{ tag: 'tr' }], renderHTML: ({ HTMLAttributes }) => ['tr', HTMLAttributes, 0],
});
const cell = (name, tag, tableRole) => Node.create({
  name, content: 'flow+', tableRole, isolating: true,
  addAttributes: () => ({ ...lang(), ...attribute('colspan', 1, number), ...attribute('rowspan', 1, number) }),
  parseHTML: () => [{ tag }], renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
});

// Figures: what is shown, its caption, its credit.
const Figure = Node.create({
  name: 'figure', group: 'block flow', content: 'shown figcaption credit', isolating: true, defining: true, draggable: true,
  addAttributes: () => ({}),
  parseHTML: () => [{ tag: 'figure' }],
  renderHTML: ({ node }) => ['figure', node.firstChild?.type.name === 'embed' ? { class: 'embed' } : {}, 0],
  addKeyboardShortcuts() {
    const onward = () => {
      const { $from } = this.editor.state.selection;
      const name = $from.parent.type.name;
      if (name === 'credit') return leave(this.editor, $from);
      if (name !== 'figcaption' && name !== 'pictureLink') return false;
      return this.editor.commands.setTextSelection($from.after() + 1);
    };
    return { Enter: onward, Escape: () => selectFigure(this.editor) };
  },
  addProseMirrorPlugins: () => [new Plugin({ props: { handleClickOn(view, _pos, node, nodePos, _event, direct) {
    if (!direct || node.type.spec.group !== 'shown' || node.isTextblock) return false;
    view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, view.state.doc.resolve(nodePos).before())));
    return true;
  } } })],
});

function leave(editor, $from) {
  const after = $from.after($from.depth - 1);
  return editor.chain().insertContentAt(after, { type: 'paragraph' }).setTextSelection(after + 1).run();
}

function selectFigure(editor) {
  const { $from } = editor.state.selection;
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type.name === 'figure') return editor.commands.setNodeSelection($from.before(depth));
  }
  return false;
}

// The newsroom sees its media also before readers do, at an address of its own.
export const previewOf = (src) => src.replace(/^\/media\/(\d+)\/.*/, '/newsroom/media/$1');

const shown = (name, rest) => Node.create({ name, group: 'shown', selectable: false, ...rest });

const Picture = shown('image', {
  addAttributes: () => ({ ...attribute('src', ''), ...attribute('alt', null), ...attribute('width', 0, number), ...attribute('height', 0, number) }),
  parseHTML: () => [{ tag: 'img[src^="/media/"]' }],
  renderHTML: ({ HTMLAttributes }) => ['img', { alt: '', ...HTMLAttributes }],
  addNodeView: () => ({ node }) => {
    const dom = document.createElement('img');
    dom.alt = node.attrs.alt ?? '';
    dom.src = previewOf(node.attrs.src);
    if (node.attrs.width && node.attrs.height) Object.assign(dom, { width: node.attrs.width, height: node.attrs.height });
    return { dom };
  },
});

const Player = shown('player', {
  addAttributes: () => ({ ...attribute('src', ''), tag: { default: 'video', rendered: false } }),
  parseHTML: () => ['video', 'audio'].map((tag) => ({ tag: `${tag}[src^="/media/"]`, attrs: { tag } })),
  renderHTML: ({ node, HTMLAttributes }) => [node.attrs.tag, { controls: '', preload: 'none', ...HTMLAttributes }],
});

const hostOf = (address) => { try { return new URL(address).hostname.replace(/^www\./, ''); } catch { return address; } };

const Embed = shown('embed', {
  addAttributes: () => attribute('href', ''),
  parseHTML: () => [{ tag: 'figure.embed > a', priority: 80 }],
  renderHTML: ({ node, HTMLAttributes }) => ['a', HTMLAttributes, hostOf(node.attrs.href)],
  addNodeView: () => ({ node }) => {
    const dom = document.createElement('p'), host = document.createElement('b'), address = document.createElement('span');
    dom.className = 'card';
    host.textContent = hostOf(node.attrs.href);
    address.textContent = node.attrs.href;
    host.dir = address.dir = 'ltr';
    dom.append(host, address);
    return { dom };
  },
});

// The link that stands for a picture of another host.
const PictureLink = shown('pictureLink', {
  content: 'inline*', marks: 'span strong em sub sup',
  addAttributes: () => attribute('href', ''),
  parseHTML: () => [{ tag: 'figure > a', priority: 70 }],
  renderHTML: ({ HTMLAttributes }) => ['a', HTMLAttributes, 0],
});

const placeholder = (name, tag, rest) => Node.create({
  name, content: 'inline*', ...rest,
  addOptions: () => ({ label: '' }),
  renderHTML() { return [tag, this.options.label ? { 'data-label': this.options.label } : {}, 0]; },
});
const Caption = placeholder('figcaption', 'figcaption', { parseHTML: () => [{ tag: 'figcaption' }] });
const Credit = placeholder('credit', 'cite', { content: 'text*', marks: '', parseHTML: () => [{ tag: 'figure > cite', priority: 80 }] });

// A box that names another article. Its headline is not part of the body: readers get it from the gate.
const More = Node.create({
  name: 'more', group: 'block flow', atom: true, draggable: true,
  addOptions: () => ({ label: '', describe: async () => '' }),
  addAttributes: () => ({ code: { default: '', rendered: false, parseHTML: (el) => /^\/news\/(\d+)/.exec(el.querySelector('a')?.getAttribute('href'))?.[1] ?? '' } }),
  parseHTML: () => [{ tag: 'aside.more', priority: 60 }],
  renderHTML: ({ node }) => ['aside', { class: 'more' }, ['a', { href: `/news/${node.attrs.code}` }]],
  addNodeView() {
    const { label, describe } = this.options;
    return ({ node }) => {
      const dom = document.createElement('aside'), name = document.createElement('bdi');
      dom.className = 'more';
      dom.dataset.label = label;
      name.textContent = node.attrs.code;
      dom.append(name);
      describe(node.attrs.code).then((headline) => { if (headline) name.textContent = headline; });
      return { dom };
    };
  },
});

const Link = Mark.create({
  name: 'link', priority: 900, inclusive: false,
  addAttributes: () => attribute('href', ''),
  parseHTML: () => [{ tag: 'a[href]' }], renderHTML: ({ HTMLAttributes }) => ['a', HTMLAttributes, 0],
});
const Span = Mark.create({
  name: 'span', priority: 800,
  addAttributes: () => ({ ...lang(), ...attribute('dir'), bdi: { default: false, rendered: false } }),
  parseHTML: () => [{ tag: 'span[lang]' }, { tag: 'span[dir]' }, { tag: 'bdi', attrs: { bdi: true } }],
  renderHTML: ({ mark, HTMLAttributes }) => [mark.attrs.bdi ? 'bdi' : 'span', HTMLAttributes, 0],
});
const mark = (name, tags, rest) => Mark.create({
  name, parseHTML: () => tags.map((tag) => ({ tag })), renderHTML: () => [tags[0], 0], ...rest,
});

// parts returns the extensions, with the words that people see in them.
export function parts(words, describe) {
  return [
    Doc, Text, Paragraph, Heading, list('bulletList', 'ul'), list('orderedList', 'ol'), ListItem, HardBreak, HorizontalRule,
    quote('blockquote', 'blockquote'), quote('pullquote', 'aside', { class: 'pullquote' }).configure({ label: words.pullquote }),
    quote('note', 'aside', { class: 'desk-note' }).configure({ label: words.note_label }),
    Table, TableRow, cell('tableCell', 'td', 'cell'), cell('tableHeader', 'th', 'header_cell'),
    Figure, Picture, Player, Embed, PictureLink, Caption.configure({ label: words.caption }), Credit.configure({ label: words.credit }),
    More.configure({ label: words.more, describe }),
    Link, Span, mark('strong', ['strong', 'b']), mark('em', ['em', 'i']), mark('sub', ['sub'], { excludes: 'sup sub' }), mark('sup', ['sup'], { excludes: 'sup sub' }),
  ];
}

// insertTable puts an empty table after the block of the cursor and the cursor into it.
export function insertTable({ state, dispatch }, rows, columns) {
  const { tableRow, tableCell, tableHeader, table } = state.schema.nodes;
  const row = (type, head) => tableRow.create({ head }, Array.from({ length: columns }, () => type.createAndFill()));
  const node = table.create(null, [row(tableHeader, true), ...Array.from({ length: rows - 1 }, () => row(tableCell, false))]);
  const { $from } = state.selection;
  if (isInTable(state)) return false;
  if (dispatch) {
    const tr = state.tr.replaceSelectionWith(node);
    const at = $from.parent.isTextblock && $from.parent.content.size === 0 ? $from.before() : tr.mapping.map($from.pos);
    tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(at + 1, tr.doc.content.size))));
    dispatch(tr.scrollIntoView());
  }
  return true;
}
