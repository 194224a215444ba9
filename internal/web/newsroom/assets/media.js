// The library of media: many uploads at once that survive a broken line, the focal point, and the panel of the article's form that
// picks a picture. Without this script the plain forms do the same, one page at a time.

const partSize = 1 << 20; // bytes of one request: what a broken line costs at most
const atOnce = 3;
const waits = [1000, 2000, 5000, 10000, 20000]; // milliseconds before the next try; the last one repeats

const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

class Refused extends Error {}

// ask sends a request and gives its JSON. What the server refuses is Refused, with the sentence; a broken line is another error.
async function ask(method, address, body, headers = {}) {
  const response = await fetch(address, { method, body, headers: { Accept: 'application/json', ...headers } });
  const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status >= 500 || response.status === 429) throw new Error(answer.message);
  const refused = new Refused(answer.message ?? String(response.status));
  refused.status = response.status;
  throw refused;
}

const intake = document.querySelector('[data-intake]');
if (intake) upload();

function upload() {
  const words = intake.dataset;
  const list = intake.querySelector('.coming');
  const chooser = intake.querySelector('input[type=file]');
  const queue = [];
  let running = 0;

  // keyOf names a file, so that an upload goes on also after the page was closed.
  const keyOf = (file) => `upload:${file.name}:${file.size}:${file.lastModified}`;
  const remember = (key, id) => { try { id ? localStorage.setItem(key, id) : localStorage.removeItem(key); } catch { /* this page only */ } };
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

  function line(file) {
    const li = document.createElement('li');
    const name = document.createElement('span');
    const bar = document.createElement('progress');
    const said = document.createElement('span');
    const cancel = document.createElement('button');
    name.className = 'name';
    name.dir = 'auto';
    name.textContent = file.name || file.type;
    bar.max = file.size || 1;
    bar.value = 0;
    bar.setAttribute('aria-label', name.textContent);
    said.textContent = words.waiting;
    cancel.type = 'button';
    cancel.className = 'plain';
    cancel.textContent = words.cancel;
    li.append(name, bar, said, cancel);
    list.append(li);
    const one = { file, li, bar, said, cancel, stopped: false };
    cancel.addEventListener('click', () => {
      one.stopped = true;
      li.remove();
      if (one.id) ask('DELETE', `/newsroom/uploads/${one.id}`).catch(() => {});
      remember(keyOf(file), null);
    });
    return one;
  }

  function fail(one, text) {
    const fault = document.createElement('span');
    fault.className = 'fault';
    fault.textContent = text;
    one.bar.hidden = true;
    one.said.textContent = '';
    one.li.append(fault);
  }

  async function send(one) {
    const { file } = one;
    const key = keyOf(file);
    const fields = { credit: intake.elements.credit.value, caption: intake.elements.caption.value };
    one.id = recall(key);
    let offset = -1; // not known
    for (let tries = 0; !one.stopped;) {
      try {
        if (one.id && offset < 0) {
          try {
            offset = (await ask('GET', `/newsroom/uploads/${one.id}`)).offset;
          } catch (problem) {
            if (problem.status !== 404) throw problem;
            one.id = null; // swept meanwhile: from the start
          }
        }
        if (!one.id) {
          const begun = await ask('POST', '/newsroom/uploads', new URLSearchParams({ name: file.name, size: file.size }));
          one.id = begun.id;
          offset = 0;
          remember(key, one.id);
        }
        while (offset < file.size && !one.stopped) {
          one.bar.value = offset;
          one.said.textContent = words.sending;
          const part = file.slice(offset, offset + partSize);
          offset = (await ask('PATCH', `/newsroom/uploads/${one.id}`, part, { 'Content-Type': 'application/octet-stream', 'Upload-Offset': String(offset) })).offset;
          tries = 0;
        }
        if (one.stopped) return;
        one.bar.value = file.size;
        one.said.textContent = words.working;
        shown(one, await ask('POST', `/newsroom/uploads/${one.id}/done`, new URLSearchParams(fields)));
        remember(key, null);
        return;
      } catch (problem) {
        if (problem instanceof Refused && problem.status !== 409) {
          remember(key, null);
          if (one.id) ask('DELETE', `/newsroom/uploads/${one.id}`).catch(() => {});
          fail(one, problem.message);
          return;
        }
        // A broken line, or one that the server has not yet noticed to be broken.
        offset = -1;
        one.said.textContent = words.cut;
        await sleep(waits[Math.min(tries++, waits.length - 1)]);
      }
    }
  }

  function shown(one, item) {
    one.cancel.remove();
    one.bar.remove();
    one.said.textContent = item.credit ? words.done : `${words.done} ${words.nocredit}`;
    one.said.classList.toggle('lack', !item.credit);
    const link = document.createElement('a');
    link.href = item.edit;
    link.dir = 'auto';
    link.textContent = item.label;
    one.li.querySelector('.name').replaceChildren(link);
    document.dispatchEvent(new CustomEvent('media-added', { detail: item }));
  }

  async function work() {
    if (running >= atOnce) return;
    running++;
    for (let one = queue.shift(); one; one = queue.shift()) await send(one);
    running--;
  }

  function add(files) {
    for (const file of files) queue.push(line(file));
    for (let i = 0; i < atOnce; i++) work();
  }

  intake.addEventListener('submit', (e) => {
    e.preventDefault();
    add(chooser.files);
    chooser.value = '';
  });
  chooser.addEventListener('change', () => {
    add(chooser.files);
    chooser.value = '';
  });
  intake.querySelector('.acts').hidden = true; // choosing a file is enough

  const carries = (e) => [...(e.dataTransfer?.types ?? [])].includes('Files');
  addEventListener('dragover', (e) => { if (carries(e)) { e.preventDefault(); intake.classList.add('over'); } });
  addEventListener('dragleave', (e) => { if (!e.relatedTarget) intake.classList.remove('over'); });
  addEventListener('drop', (e) => {
    if (!carries(e)) return;
    e.preventDefault();
    intake.classList.remove('over');
    add(e.dataTransfer.files);
  });
  addEventListener('paste', (e) => {
    const files = e.clipboardData?.files;
    if (files?.length) {
      e.preventDefault();
      add(files);
    }
  });
  addEventListener('beforeunload', (e) => { if (running > 0) e.preventDefault(); });
}

const stage = document.querySelector('[data-stage]');
if (stage) focal();

function focal() {
  const point = stage.querySelector('.point');
  const form = document.querySelector('form[data-guard]');
  const fields = { x: form.elements.focal_x, y: form.elements.focal_y };
  const crops = document.querySelectorAll('.crops img');
  if (fields.x.closest('fieldset').disabled) return;
  stage.dataset.ready = '';
  point.hidden = false;

  const latin = (text) => text.replace(/[۰-۹]/g, (d) => d.charCodeAt(0) - 0x6f0).replace(/[٠-٩]/g, (d) => d.charCodeAt(0) - 0x660);
  const read = (field) => Math.min(100, Math.max(0, Number.parseInt(latin(field.value), 10) || 0));

  function show() {
    const [x, y] = [read(fields.x), read(fields.y)];
    point.style.left = `${x}%`;
    point.style.top = `${y}%`;
    crops.forEach((img) => { img.style.objectPosition = `${x}% ${y}%`; });
  }

  function set(x, y) {
    fields.x.value = Math.round(Math.min(100, Math.max(0, x)));
    fields.y.value = Math.round(Math.min(100, Math.max(0, y)));
    fields.x.dispatchEvent(new Event('input', { bubbles: true })); // so that leaving the page asks
    show();
  }

  function at(e) {
    const box = stage.getBoundingClientRect();
    set((e.clientX - box.left) / box.width * 100, (e.clientY - box.top) / box.height * 100);
  }

  stage.addEventListener('pointerdown', (e) => {
    e.preventDefault();
    stage.setPointerCapture(e.pointerId);
    at(e);
    point.focus();
  });
  stage.addEventListener('pointermove', (e) => { if (stage.hasPointerCapture(e.pointerId)) at(e); });
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  point.addEventListener('keydown', (e) => {
    const step = steps[e.key];
    if (!step) return;
    e.preventDefault();
    const far = e.shiftKey ? 10 : 1;
    set(read(fields.x) + step[0] * far, read(fields.y) + step[1] * far);
  });
  fields.x.addEventListener('change', show);
  fields.y.addEventListener('change', show);
  show();
}

// The panel: a button of the article's form opens the library; what is chosen fills the fields of the picture.
const opener = document.querySelector('[data-pick]');
if (opener) picking();

function picking() {
  const panel = document.getElementById(opener.dataset.pick);
  const form = opener.closest('form');
  const shelf = panel.querySelector('.shelf');
  const search = panel.querySelector('input[type=search]');
  const more = panel.querySelector('[data-more]');
  const empty = panel.querySelector('.empty');
  let next = '';
  let round = 0;

  function tile(item) {
    const li = document.createElement('li');
    const button = document.createElement('button');
    const img = document.createElement('img');
    const name = document.createElement('b');
    const credit = document.createElement('span');
    button.type = 'button';
    img.src = item.preview;
    img.alt = item.alt;
    img.loading = 'lazy';
    name.dir = 'auto';
    name.textContent = item.label;
    credit.className = item.credit ? 'x' : 'lack';
    credit.dir = 'auto';
    credit.textContent = item.credit || panel.dataset.nocredit;
    button.append(img, name);
    button.addEventListener('click', () => choose(item));
    li.append(button, credit);
    return li;
  }

  async function load(address, fresh) {
    const mine = ++round;
    const page = await ask('GET', address).catch(() => null);
    if (mine !== round || !page) return;
    if (fresh) shelf.replaceChildren();
    shelf.append(...page.items.map(tile));
    next = page.next ?? '';
    more.hidden = !next;
    empty.hidden = shelf.children.length > 0;
  }

  const find = () => load(`/newsroom/media?${new URLSearchParams({ kind: 'image', q: search.value })}`, true);

  function choose(item) {
    form.elements.picture_id.value = item.id;
    const pick = form.elements.picture_pick;
    if (pick) pick.value = '';
    for (const [field, text] of [['picture_caption', item.caption], ['picture_credit', item.credit], ['picture_alt', item.alt]]) {
      if (text) form.elements[field].value = text;
    }
    const remove = form.elements.picture_remove;
    if (remove) remove.checked = false;
    let shown = opener.closest('section').querySelector('img.chosen, :scope > img');
    if (!shown) {
      shown = document.createElement('img');
      shown.className = 'chosen';
      opener.closest('section').querySelector('h2').after(shown);
    }
    shown.src = `/newsroom/media/${item.id}`;
    shown.alt = item.alt;
    form.dispatchEvent(new Event('input', { bubbles: true }));
    panel.close();
    opener.focus();
  }

  let typing = 0;
  search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(find, 250);
  });
  search.addEventListener('keydown', (e) => { if (e.key === 'Enter') { e.preventDefault(); find(); } });
  more.addEventListener('click', () => load(next, false));
  panel.querySelector('[data-close]').addEventListener('click', () => panel.close());
  opener.hidden = false;
  opener.addEventListener('click', () => {
    panel.showModal();
    search.focus();
    find();
  });
}
