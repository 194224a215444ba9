// Pasting: the server reads what other programs put on the clipboard, so that one set of rules holds everywhere. When it
// cannot be reached, the schema alone decides what stays.
import { Extension } from '@tiptap/core';
import { DOMParser, Fragment, Slice } from '@tiptap/pm/model';
import { closeHistory } from '@tiptap/pm/history';
import { Plugin, PluginKey, Selection } from '@tiptap/pm/state';
import { read } from './body.js';

const key = new PluginKey('paste');
let number = 0;

// The places where something is still to come, while other things are typed.
const places = new Plugin({
  key,
  state: {
    init: () => new Map(),
    apply(tr, old) {
      const change = tr.getMeta(key);
      if (!change && !old.size) return old;
      const now = new Map();
      for (const [id, { from, to }] of old) {
        if (change?.done !== id) now.set(id, { from: tr.mapping.map(from, 1), to: tr.mapping.map(to, -1) });
      }
      if (change?.begin) now.set(change.begin, { from: tr.selection.from, to: tr.selection.to });
      return now;
    },
  },
});

async function clean(html) {
  const form = new FormData();
  form.set('html', html);
  const response = await fetch('/newsroom/paste', { method: 'POST', body: form, headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()).html;
}

// rough prepares a page for the schema without the server. Styles go as text: the page's policy does not let them be parsed.
function rough(html) {
  return html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(script|style|title|xml|head)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<b\b[^>]*font-weight:\s*normal[^>]*>/gi, '<span>')
    .replace(/\s(?:style|class|on\w+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*)/gi, '')
    .replace(/<(\/?)h1\b/gi, '<$1h2').replace(/<(\/?)h[4-6]\b/gi, '<$1h3');
}

// sliceOf makes of a document what can be put anywhere: text at its ends joins the text that is there.
function sliceOf(doc) {
  const blocks = doc.content;
  const open = (node) => (node?.type.name === 'paragraph' ? 1 : 0);
  return new Slice(blocks.size ? blocks : Fragment.empty, open(blocks.firstChild), open(blocks.lastChild));
}

function insert(view, id, slice) {
  const place = key.getState(view.state).get(id);
  if (!place || view.isDestroyed) return;
  const tr = view.state.tr.setMeta(key, { done: id });
  if (slice.size) tr.replaceRange(place.from, Math.max(place.from, place.to), slice);
  view.dispatch(closeHistory(tr).setMeta('paste', true).scrollIntoView());
}

async function paste(view, html, busy) {
  const id = ++number;
  const { schema } = view.state;
  view.dispatch(view.state.tr.setMeta(key, { begin: id }));
  busy(1);
  try {
    insert(view, id, sliceOf(read(schema, await clean(html))));
  } catch {
    const page = new window.DOMParser().parseFromString(rough(html), 'text/html');
    insert(view, id, sliceOf(DOMParser.fromSchema(schema).parse(page.body)));
  } finally {
    busy(-1);
  }
}

const media = (data) => [...(data?.files ?? [])].filter((file) => /^(image|video|audio)\//.test(file.type));

// Paste calls takeFiles with pictures, films and sounds that are pasted or dropped, and busy with 1 and -1 while the server is asked.
export const Paste = ({ takeFiles, busy }) => {
  const take = (view, data) => {
    const files = media(data), html = data?.getData('text/html') ?? '';
    // Word puts a picture of the text beside the text.
    if (files.length && !data.getData('text/plain').trim()) {
      takeFiles(files);
      return true;
    }
    if (!html || html.includes('data-pm-slice')) return false;
    paste(view, html, busy);
    return true;
  };
  return plugin(take);
};

const plugin = (take) => Extension.create({
  name: 'pasting',
  addProseMirrorPlugins: () => [places, new Plugin({ props: {
    // These come before ProseMirror looks: it would parse the page with its styles, which the page's policy forbids.
    handleDOMEvents: {
      paste(view, event) {
        if (!view.editable || !take(view, event.clipboardData)) return false;
        event.preventDefault();
        return true;
      },
      drop(view, event) {
        if (!view.editable || view.dragging) return false;
        const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
        if (at) view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at.pos))));
        if (!take(view, event.dataTransfer)) return false;
        event.preventDefault();
        return true;
      },
    },
  } })],
});
