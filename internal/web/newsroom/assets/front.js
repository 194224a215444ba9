// The desk of the front page: moving without reloads, by pointer and by key, and finding articles as one types. Every act is the form
// that works without this script; the server answers with the board as it stands then.

document.documentElement.classList.add('scripted');

const saidPlace = document.getElementById('said');
const say = (text) => { if (saidPlace) saidPlace.textContent = text; };
const board = () => document.getElementById('board');

if (board()) arrange();
for (const finder of document.querySelectorAll('.finder')) find(finder);

function arrange() {
  let sending = false;

  // send does an act and puts the new board in the old one's place; focus goes to the same control, or to where one would look next.
  async function send(fields, focus) {
    if (sending) return;
    sending = true;
    const slow = setTimeout(() => board().classList.add('busy'), 300);
    try {
      const response = await fetch('/newsroom/front', { method: 'POST', body: fields, headers: { 'Dabir-Part': 'board' } });
      if (!response.headers.get('Content-Type')?.startsWith('text/html') || ![200, 409, 422].includes(response.status)) throw new Error();
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const next = page.getElementById('board');
      if (!next) throw new Error();
      board().replaceWith(document.adoptNode(next));
      fresh();
      settle(focus, response.ok);
    } catch {
      say(board().dataset.failed);
    } finally {
      clearTimeout(slow);
      board().classList.remove('busy');
      sending = false;
    }
  }

  // fresh gives the forms outside the board the version that they act on.
  function fresh() {
    const { base, action } = board().dataset;
    document.querySelectorAll('.touches form').forEach((form, i) => {
      if (form.elements.base) form.elements.base.value = base;
      if (form.elements.action) form.elements.action.value = `${action}.${i}`;
    });
    fields(board());
  }

  function settle(focus, ok) {
    const now = board();
    if (!ok) {
      const wrong = now.querySelector('[aria-invalid]') ?? now.querySelector('[role=alert] button');
      wrong?.focus();
      return;
    }
    say(now.dataset.said);
    const slot = now.dataset.slot;
    const target = (focus && now.querySelector(`button[data-focus="${focus}"]:enabled, summary[data-focus="${focus}"]`)) ?? now.querySelector(`#slot-${slot} .moves button:enabled`);
    (target ?? now.querySelector('.moves button:enabled') ?? document.querySelector('.finder input')).focus();
    (target ?? now).closest('.slot')?.scrollIntoView({ block: 'nearest' });
  }

  document.addEventListener('submit', (e) => {
    const form = e.target.closest('form[data-board]');
    if (!form || form.hasAttribute('data-fresh')) return; // a new block's form comes back as a page when something is wrong in it
    e.preventDefault();
    const sent = new URLSearchParams(new FormData(form));
    if (e.submitter?.name) sent.set(e.submitter.name, e.submitter.value);
    let focus = e.submitter?.dataset.focus;
    if (sent.get('do') === 'remove') focus = neighbour(form.closest('.slot'));
    if (sent.get('do') === 'add') sent.set('place', document.querySelector('.finder [name=place]:checked').value);
    send(sent, focus);
  });

  // neighbour is the control to go to when a slot goes away.
  function neighbour(slot) {
    const all = [...board().querySelectorAll('.slot')];
    const at = all.indexOf(slot);
    const next = all[at + 1] ?? all[at - 1];
    return next && `remove-${next.dataset.id}`;
  }

  document.addEventListener('keydown', (e) => {
    if (!e.altKey || e.ctrlKey || e.metaKey || e.shiftKey || e.key !== 'ArrowUp' && e.key !== 'ArrowDown') return;
    const slot = e.target.closest?.('.slot');
    if (!slot) return;
    e.preventDefault();
    act(slot, { do: e.key === 'ArrowUp' ? 'up' : 'down' }, e.target.dataset.focus);
  });

  function act(slot, fields, focus) {
    const sent = new URLSearchParams(new FormData(slot.querySelector('.moves')));
    for (const [name, value] of Object.entries(fields)) sent.set(name, value);
    send(sent, focus);
  }

  // Dragging: pointer events, so that a mouse, a pen and a finger do alike.
  document.addEventListener('pointerdown', (e) => {
    const grip = e.target.closest('.grip');
    if (!grip || e.button !== 0) return;
    e.preventDefault();
    drag(grip.closest('.slot'), e.pointerId);
  });

  function drag(slot, pointer) {
    let over = null;
    let below = false;
    const clear = () => over?.classList.remove('mark-above', 'mark-below');
    const move = (e) => {
      if (e.pointerId !== pointer) return;
      clear();
      over = [...board().querySelectorAll('.slot, .auto')].find((el) => {
        const box = el.getBoundingClientRect();
        return e.clientY >= box.top && e.clientY < box.bottom;
      }) ?? null;
      if (!over) return;
      const box = over.getBoundingClientRect();
      below = e.clientY > box.top + box.height / 2 && over.classList.contains('slot');
      over.classList.add(below ? 'mark-below' : 'mark-above');
      if (e.clientY < 60) scrollBy(0, -20);
      else if (e.clientY > innerHeight - 60) scrollBy(0, 20);
    };
    const end = (e) => {
      if (e.pointerId !== undefined && e.pointerId !== pointer) return;
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
      removeEventListener('pointercancel', end);
      removeEventListener('keydown', escape);
      document.body.classList.remove('dragging');
      slot.classList.remove('held');
      clear();
      if (e.type !== 'pointerup' || !over || over === slot) return;
      const { place } = over.dataset;
      let at = Number(over.dataset.at) + (below ? 1 : 0);
      if (place === slot.dataset.place && Number(slot.dataset.at) < at) at -= 1;
      act(slot, { do: 'put', place, at: String(at) }, `up-${slot.dataset.id}`);
    };
    const escape = (e) => { if (e.key === 'Escape') end(e); };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
    addEventListener('pointercancel', end);
    addEventListener('keydown', escape);
    document.body.classList.add('dragging');
    slot.classList.add('held');
  }

  // Of a rule's form only what the rule needs is shown.
  function fields(root) {
    for (const select of root.querySelectorAll('select[data-rule]')) {
      const form = select.closest('form');
      const show = () => form.querySelectorAll('[data-for]').forEach((el) => { el.hidden = el.dataset.for !== select.value; });
      select.addEventListener('change', show);
      show();
    }
  }
  fields(document);
}

// find offers articles as one types. On the front page choosing one adds it; in a dossier's form it becomes a line of the list.
function find(finder) {
  finder.hidden = false;
  const input = finder.querySelector('input[type=search]');
  const lines = finder.hasAttribute('data-lines');
  const list = lines ? finder.querySelector('ul') : document.querySelector('.found ul');
  let timer = 0;
  let asked = 0;

  async function look() {
    const text = input.value.trim();
    asked += 1;
    const mine = asked;
    if (!text) {
      list.replaceChildren();
      list.hidden = true;
      return;
    }
    try {
      const response = await fetch(`${finder.dataset.find}?q=${encodeURIComponent(text)}`, { headers: { Accept: 'application/json' } });
      if (!response.ok) throw new Error();
      const answer = await response.json();
      if (mine !== asked) return;
      list.replaceChildren(...answer.found.map(item));
      list.hidden = answer.found.length === 0;
      list.parentElement.querySelector('.empty')?.remove();
      say(answer.said);
    } catch {
      if (mine === asked) say(finder.dataset.failed);
    }
  }

  function item(found) {
    const li = document.createElement('li');
    const button = document.createElement('button');
    const headline = document.createElement('span');
    const about = document.createElement('small');
    headline.dir = 'auto';
    headline.textContent = found.headline;
    about.textContent = found.about;
    button.append(headline, ' ', about);
    if (lines) {
      button.type = 'button';
      button.addEventListener('click', () => write(found));
    } else {
      button.name = 'article';
      button.value = found.code;
    }
    li.append(button);
    return li;
  }

  function write(found) {
    const area = document.querySelector('textarea[name=items]');
    const before = area.value.trimEnd();
    area.value = `${before}${before && '\n'}${found.code} ${found.headline}\n`;
    area.dispatchEvent(new Event('input', { bubbles: true }));
    say(found.headline);
    input.select();
    input.focus();
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, 150);
  });
  input.addEventListener('keydown', (e) => {
    if (e.key === 'Enter') {
      e.preventDefault();
      clearTimeout(timer);
      look();
    }
    if (e.key === 'ArrowDown') {
      e.preventDefault();
      list.querySelector('button')?.focus();
    }
  });
  list.addEventListener('keydown', (e) => {
    const all = [...list.querySelectorAll('button')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const at = all.indexOf(e.target);
    if (!step || at < 0) return;
    e.preventDefault();
    (all[at + step] ?? (step < 0 ? input : e.target)).focus();
  });
}
