// The queue: keys, decisions without reloads, claims that keep two moderators from one comment. Every page works without it.

document.documentElement.classList.add('js');
const list = document.querySelector('.letters');
if (list) queue();

function queue() {
  const said = document.querySelector('.said');
  const empty = document.querySelector('.queue > .empty');
  const zen = Boolean(list.closest('.zen'));
  const live = 'live' in list.dataset;
  const letters = () => [...list.children];
  const waiting = () => letters().filter((l) => !l.querySelector(':scope > .line'));
  const undos = []; // the letters decided here, the last one last
  let current = null;

  const liveEvery = 10_000; // ms
  const fewLeft = 8; // more are fetched when no more than this wait
  const linesKept = 40; // decided letters that stay on the page

  list.classList.add('dense');
  const say = (text) => { said.textContent = text; };

  function choose(letter, focus = true) {
    if (current !== letter) {
      current?.removeAttribute('aria-current');
      current = letter;
      current?.setAttribute('aria-current', 'true');
    }
    if (letter && focus) {
      letter.focus({ preventScroll: true });
      letter.scrollIntoView({ block: 'nearest' });
    }
  }

  function move(step) {
    const all = zen ? waiting() : letters();
    const at = current ? all.indexOf(current) + step : 0;
    if (all[at]) choose(all[at]);
  }

  const find = (letter, act) => letter?.querySelector(`.judge:not([hidden]) .acts:not([hidden]) [data-act="${act}"]`);

  function fault(letter, text, over) {
    const place = letter.querySelector('.act .fault') ?? letter.querySelector('.fault');
    place.textContent = text;
    place.hidden = false;
    if (over) {
      letter.querySelector('.judge').hidden = false;
      letter.querySelector(':scope > .line')?.remove();
      letter.querySelector('.acts').hidden = true;
      close(letter);
      letter.querySelector('.fault').textContent = text;
      letter.querySelector('.fault').hidden = false;
    }
    choose(letter, !letter.contains(document.activeElement));
  }

  const ask = (address, fields) => fetch(address, { method: 'POST', body: fields, headers: { Accept: 'application/json' } });

  async function send(letter, address, fields) {
    if (letter.dataset.busy) return;
    letter.dataset.busy = 'yes';
    const slow = setTimeout(() => letter.classList.add('busy'), 300);
    try {
      const response = await ask(address, fields);
      const answer = await response.json();
      if (response.ok) decided(letter, answer);
      else if (response.status === 409 && await renewed(letter)) fault(letter, answer.message, false);
      else fault(letter, answer.message, response.status === 409);
    } catch {
      fault(letter, list.dataset.failed, false);
    } finally {
      clearTimeout(slow);
      letter.classList.remove('busy');
      delete letter.dataset.busy;
    }
  }

  // renewed shows a letter as it stands now, when its writer changed the words but nobody has decided.
  async function renewed(letter) {
    const page = await fetch(`/newsroom/comments/${letter.dataset.id}`);
    const fresh = new DOMParser().parseFromString(await page.text(), 'text/html').querySelector('.letter');
    if (fresh?.dataset.state !== letter.dataset.state || letter.querySelector(':scope > .line')) return false;
    letter.querySelector('.judge').replaceWith(fresh.querySelector('.judge'));
    return true;
  }

  function count(counts) {
    for (const [tab, text] of Object.entries(counts)) {
      document.querySelectorAll(`[data-count="${tab}"]`).forEach((el) => { el.textContent = text; });
    }
  }

  function decided(letter, answer) {
    say(answer.message);
    close(letter);
    letter.querySelectorAll('.acts input[name=action]').forEach((el, i) => { el.value = `${answer.action}.${i}`; });
    if (!answer.state) { // a ban: the comment itself stands as before
      choose(letter);
      return;
    }
    count(answer.counts);
    letter.querySelector(':scope > .line')?.remove();
    letter.querySelector('.fault').hidden = true;
    const open = letter.querySelector('details[open]');
    if (open) open.open = false;
    const back = answer.state === letter.dataset.state && !letter.querySelector('[data-act=keep]');
    letter.querySelector('.judge').hidden = !back;
    letter.querySelector('.acts').hidden = false;
    const pick = letter.querySelector('.pick input');
    if (pick) pick.checked = false;
    const at = undos.indexOf(letter);
    if (at >= 0) undos.splice(at, 1);
    if (back) {
      choose(letter);
      return;
    }
    letter.append(line(letter, answer));
    undos.push(letter);
    const all = letters();
    const next = all.slice(all.indexOf(letter) + 1).find((l) => !l.querySelector(':scope > .line')) ?? waiting()[0];
    choose(next ?? letter);
    prune();
    if (live && waiting().length <= fewLeft) take();
    nothing();
  }

  // prune drops the oldest decided letters, so that a day's work does not fill the page.
  function prune() {
    const done = letters().filter((l) => l.querySelector(':scope > .line'));
    for (const letter of done.slice(0, Math.max(0, done.length - linesKept))) {
      const at = undos.indexOf(letter);
      if (at >= 0) undos.splice(at, 1);
      letter.remove();
    }
  }

  function nothing() {
    if (empty) empty.hidden = waiting().length > 0;
  }

  // line stands in the letter's place after a decision, with the way back.
  function line(letter, answer) {
    const p = document.createElement('p');
    p.className = 'line';
    const name = document.createElement('bdi');
    name.textContent = letter.querySelector('.who b').textContent;
    p.append(name, ' · ', answer.message, ' ');
    const undo = document.createElement('button');
    undo.className = 'plain';
    undo.dataset.act = 'undo';
    undo.textContent = `${list.dataset.undo} `;
    const key = document.createElement('kbd');
    key.textContent = 'u';
    undo.append(key);
    undo.addEventListener('click', () => send(letter, `/newsroom/comments/${letter.dataset.id}/undo`,
      new URLSearchParams({ action: answer.action, from: answer.state })));
    p.append(undo);
    return p;
  }

  list.addEventListener('submit', (e) => {
    e.preventDefault();
    const fields = new URLSearchParams(new FormData(e.target));
    if (e.submitter?.name) fields.set(e.submitter.name, e.submitter.value);
    send(e.target.closest('.letter'), e.target.getAttribute('action'), fields);
  });
  list.addEventListener('focusin', (e) => choose(e.target.closest('.letter'), false));

  // The forms of editing, answering and banning come into the letter's own place.
  async function openForm(letter, link) {
    const place = letter.querySelector('.place');
    if (place.dataset.act === link.dataset.act) return;
    close(letter);
    place.dataset.act = link.dataset.act;
    try {
      const address = new URL(link.href);
      address.searchParams.set('part', 'form');
      const response = await fetch(address);
      if (!response.ok) throw new Error('no form');
      place.innerHTML = await response.text();
    } catch {
      delete place.dataset.act;
      location.href = link.href;
      return;
    }
    const form = place.querySelector('form');
    if (!form.querySelector('.fault')) {
      const wrong = document.createElement('p');
      wrong.className = 'fault';
      wrong.setAttribute('role', 'alert');
      wrong.hidden = true;
      form.querySelector('p.acts').before(wrong);
    }
    (form.querySelector('textarea') ?? form.querySelector('select')).focus();
  }

  function close(letter) {
    const place = letter.querySelector('.place');
    if (!place?.dataset.act) return false;
    delete place.dataset.act;
    place.replaceChildren();
    return true;
  }

  list.addEventListener('click', (e) => {
    const link = e.target.closest('a');
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
    if (link.matches('[data-act=edit], [data-act=answer], [data-act=ban]') && !list.closest('.single')) {
      e.preventDefault();
      openForm(link.closest('.letter'), link);
    } else if (link.matches('.place [data-close]')) {
      e.preventDefault();
      const letter = link.closest('.letter');
      close(letter);
      choose(letter);
    }
  });
  document.addEventListener('change', (e) => {
    if (!e.target.matches('[data-saved]')) return;
    const text = e.target.form.querySelector('textarea');
    text.value = e.target.selectedOptions[0].dataset.body ?? '';
    text.focus();
  });
  list.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape' || !e.target.closest('.place')) return;
    const letter = e.target.closest('.letter');
    close(letter);
    choose(letter);
  });

  // Claims. What is on the screen is this person's until it is decided or they leave; what a colleague has goes from here.
  let taking = false;

  async function take() {
    if (taking) return;
    taking = true;
    try {
      const response = await ask('/newsroom/comments/take', new URLSearchParams(list.dataset.ask));
      if (response.ok) {
        const answer = await response.json();
        const had = new Set(letters().map((l) => l.dataset.id));
        const more = document.createElement('template');
        more.innerHTML = answer.html ?? '';
        for (const letter of [...more.content.children]) if (!had.has(letter.dataset.id)) list.append(letter);
        told(answer);
        if (!waiting().includes(current) && document.activeElement === current && waiting()[0]) choose(waiting()[0]);
        if (zen && !current) choose(waiting()[0] ?? null, false);
      }
    } catch { /* the next sign of life tries again */ }
    taking = false;
    nothing();
  }

  function told(answer) {
    count(answer.counts);
    const others = document.querySelector('[data-colleagues]');
    if (others && others.textContent !== answer.colleagues) others.textContent = answer.colleagues;
  }

  async function sign() {
    if (document.hidden) return;
    const asked = waiting().map((l) => l.dataset.id);
    try {
      const response = await ask('/newsroom/comments/live', new URLSearchParams({ ids: asked.join(',') }));
      if (!response.ok) return;
      const answer = await response.json();
      told(answer);
      const mine = new Set(answer.mine.map(String));
      for (const letter of waiting()) {
        const gone = asked.includes(letter.dataset.id) && !mine.has(letter.dataset.id);
        if (gone && !letter.contains(document.activeElement) && !letter.dataset.busy) letter.remove();
      }
      if (waiting().length <= fewLeft) await take();
    } catch { /* without a line the claims run out by themselves */ }
  }

  if (live) {
    sign().finally(() => { list.dataset.live = 'yes'; });
    setInterval(sign, liveEvery);
    addEventListener('visibilitychange', sign);
    addEventListener('pagehide', () => {
      fetch('/newsroom/comments/release', { method: 'POST', keepalive: true, headers: { Accept: 'application/json' } }).catch(() => {});
    });
  }
  if (zen) choose(waiting()[0] ?? null, false);

  const all = document.querySelector('[data-pick-all]');
  if (all) {
    all.hidden = false;
    all.addEventListener('click', () => waiting().forEach((l) => { l.querySelector('.pick input').checked = true; }));
  }

  const submit = (act) => find(current, act)?.requestSubmit();
  const reasons = (menu) => menu?.querySelectorAll('fieldset button') ?? [];
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    f: () => (find(current, 'keep') ? submit('keep') : submit('publish')),
    d: () => {
      const menu = find(current, 'reject');
      if (!menu) return;
      menu.open = true;
      menu.querySelector('button').focus();
    },
    e: () => find(current, 'edit')?.click(),
    r: () => find(current, 'answer')?.click(),
    b: () => find(current, 'ban')?.click(),
    h: () => current?.querySelector('[data-act=writer]')?.click(),
    g: () => current?.querySelector('[data-act=open]')?.click(),
    v: () => {
      const box = current?.querySelector('.pick input');
      if (box) box.checked = !box.checked;
    },
    u: () => {
      const own = find(current, 'undo');
      if (own && !current.querySelector(':scope > .line')) own.requestSubmit();
      else (current?.querySelector(':scope > .line [data-act=undo]') ?? undos.at(-1)?.querySelector(':scope > .line [data-act=undo]'))?.click();
    },
    Escape: () => {
      const menu = current?.querySelector('details[open]');
      if (!menu) return false;
      menu.open = false;
      choose(current);
      return true;
    },
    '?': () => {
      const help = document.getElementById('help');
      if (!help) return false;
      help.open = !help.open;
      help.querySelector('summary').focus();
      return true;
    },
  };
  for (let i = 1; i <= 7; i++) keys[i] = () => reasons(find(current, 'reject'))[i - 1]?.click();
  document.addEventListener('deskkey', (e) => {
    const act = Object.hasOwn(keys, e.detail) ? keys[e.detail] : null;
    if (act && act() !== false) e.preventDefault();
  });
}
