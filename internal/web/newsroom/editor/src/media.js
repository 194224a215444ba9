// The page of the library: many uploads at once that survive a broken line, and the focal point. Without this script the plain forms do
// the same, one page at a time.
import { h } from './dom.js';
import { Upload, carries, underWay } from './upload.js';

const intake = document.querySelector('[data-intake]');
if (intake) takeIn();

function takeIn() {
  const words = intake.dataset;
  const list = intake.querySelector('.coming');
  const chooser = intake.querySelector('input[type=file]');

  function line(file) {
    const name = h('span', { class: 'name', dir: 'auto' }, file.name || file.type);
    const bar = h('progress', { max: file.size || 1, value: 0, 'aria-label': name.textContent });
    const said = h('span', {}, words.waiting);
    const cancel = h('button', { type: 'button', class: 'plain' }, words.cancel);
    const li = h('li', {}, name, bar, said, cancel);
    list.append(li);
    const sentences = { sending: words.sending, sent: words.sending, cut: words.cut, working: words.working };
    const upload = new Upload(file, (state, bytes) => {
      said.textContent = sentences[state];
      if (state !== 'cut') bar.value = bytes;
    });
    cancel.addEventListener('click', () => {
      upload.drop();
      li.remove();
    });
    // What is typed counts when the bytes are there.
    upload.bytes().then(() => upload.done({ credit: intake.elements.credit.value, caption: intake.elements.caption.value })).then((item) => {
      if (!item) return;
      cancel.remove();
      bar.remove();
      said.textContent = item.credit ? words.done : `${words.done} ${words.nocredit}`;
      said.classList.toggle('lack', !item.credit);
      name.replaceChildren(h('a', { href: item.edit, dir: 'auto' }, item.label));
    }).catch((problem) => {
      bar.hidden = true;
      said.textContent = '';
      li.append(h('span', { class: 'fault' }, problem.message));
    });
  }

  const add = (files) => { for (const file of files) line(file); };
  const take = () => {
    add(chooser.files);
    chooser.value = '';
    chooser.dispatchEvent(new Event('chosen'));
  };
  intake.addEventListener('submit', (e) => {
    e.preventDefault();
    take();
  });
  chooser.addEventListener('change', take);
  intake.querySelector('.acts').hidden = true; // choosing a file is enough

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
  addEventListener('beforeunload', (e) => { if (underWay()) e.preventDefault(); });
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
