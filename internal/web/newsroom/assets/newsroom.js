// The newsroom's script: keys, the queue without reloads, a warning before typed text is lost. Every page works without it.

// keyOf is the key as a Latin keyboard names it: on a Persian one the same place writes another letter.
function keyOf(e) {
  if (/^[a-z0-9]$/i.test(e.key)) return e.key.toLowerCase();
  if (e.key === '؟') return '?';
  if (e.key.length === 1 && e.key > '~') {
    const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(e.code);
    if (place) return place[1].toLowerCase();
    if (e.code === 'Slash') return e.shiftKey ? '?' : '/';
  }
  return e.key;
}

const typing = (el) => el.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');

// Keys of one letter can be switched off (WCAG 2.1.4); the choice stays in this browser.
const keySwitch = document.getElementById('keys-on');
let keysOn = true;
try { keysOn = localStorage.getItem('keys') !== 'off'; } catch { /* storage is closed: keys stay on */ }
if (keySwitch) {
  keySwitch.closest('[hidden]').hidden = false;
  keySwitch.checked = keysOn;
  keySwitch.addEventListener('change', () => {
    keysOn = keySwitch.checked;
    try { localStorage.setItem('keys', keysOn ? 'on' : 'off'); } catch { /* for this page only */ }
  });
}

const queueKeys = new Map();

document.addEventListener('keydown', (e) => {
  if (e.isComposing || e.altKey) return;
  const key = keyOf(e);
  if (e.ctrlKey || e.metaKey) {
    press(`[data-key="ctrl+${key.toLowerCase()}"]`, e);
    return;
  }
  if (!keysOn || typing(e.target)) return;
  const act = queueKeys.get(key);
  if (act) {
    if (act() !== false) e.preventDefault();
    return;
  }
  if (!/["\\]/.test(key)) press(`[data-key="${key}"]`, e);
});

function press(selector, e) {
  const target = document.querySelector(selector);
  if (!target) return;
  e.preventDefault();
  if (target.matches('input')) target.focus();
  else target.click();
}

// The browser speaks its own language on the button of a file field. Ours lies under the field, which stays what is clicked, focused and
// dropped on.
for (const input of document.querySelectorAll('input[type=file][data-choose]')) {
  const face = document.createElement('span');
  const names = document.createElement('span');
  const around = document.createElement('span');
  face.className = 'face';
  face.textContent = input.dataset.choose;
  names.className = 'hint';
  names.dir = 'auto';
  around.className = 'choose';
  input.before(around);
  around.append(input, face, names);
  const tell = () => { names.textContent = [...input.files].map((file) => file.name).join('، ') || input.dataset.none; };
  for (const name of ['change', 'chosen']) input.addEventListener(name, tell);
  tell();
}

// A form that came back begins at its first mistake.
document.querySelector('[aria-invalid]')?.focus();

// What takes longer than 300 ms is seen to be under way.
document.addEventListener('submit', (e) => {
  const button = e.submitter;
  if (button) setTimeout(() => button.classList.add('busy'), 300);
});
addEventListener('pageshow', () => document.querySelectorAll('.busy').forEach((b) => b.classList.remove('busy')));

const sheet = document.querySelector('form[data-guard]');
if (sheet) {
  let dirty = false;
  sheet.addEventListener('input', () => { dirty = true; });
  sheet.addEventListener('submit', () => { dirty = false; });
  addEventListener('beforeunload', (e) => { if (dirty) e.preventDefault(); });
}

// The text of an article runs as its language does.
document.querySelector('[data-sets-dir]')?.addEventListener('change', (e) => {
  const dir = e.target.value === 'en' ? 'ltr' : 'rtl';
  sheet.querySelectorAll('.text [dir], .touches [name=tags], .touches [name^=picture_]').forEach((el) => { if (!el.closest('.help, .ed')) el.dir = dir; });
});

const list = document.querySelector('.letters');
if (list) queue();

function queue() {
  const said = document.querySelector('.said');
  const letters = () => [...list.children];
  let current = null;
  let last = null; // the letter decided last, for u

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
    const all = letters();
    const at = current ? all.indexOf(current) + step : 0;
    if (all[at]) choose(all[at]);
  }

  const find = (letter, act) => letter?.querySelector(`.judge:not([hidden]) .acts:not([hidden]) [data-act="${act}"]`);

  function fault(letter, text, over) {
    const place = letter.querySelector('.fault');
    place.textContent = text;
    place.hidden = false;
    if (over) {
      letter.querySelector('.judge').hidden = false;
      letter.querySelector('.line')?.remove();
      letter.querySelector('.acts').hidden = true;
    }
    choose(letter);
  }

  async function send(letter, address, fields) {
    if (letter.dataset.busy) return;
    letter.dataset.busy = 'yes';
    const slow = setTimeout(() => letter.classList.add('busy'), 300);
    try {
      const response = await fetch(address, { method: 'POST', body: fields, headers: { Accept: 'application/json' } });
      const answer = await response.json();
      if (response.ok) decided(letter, answer);
      else fault(letter, answer.message, response.status === 409);
    } catch {
      fault(letter, list.dataset.failed, false);
    } finally {
      clearTimeout(slow);
      letter.classList.remove('busy');
      delete letter.dataset.busy;
    }
  }

  function decided(letter, answer) {
    say(answer.message);
    for (const [state, count] of Object.entries(answer.counts)) {
      document.querySelectorAll(`[data-count="${state}"]`).forEach((el) => { el.textContent = count; });
    }
    letter.querySelectorAll('input[name=action]').forEach((el, i) => { el.value = `${answer.action}.${i}`; });
    letter.querySelector('.line')?.remove();
    letter.querySelector('.fault').hidden = true;
    const open = letter.querySelector('details[open]');
    if (open) open.open = false;
    const back = answer.state === list.dataset.state;
    letter.querySelector('.judge').hidden = !back;
    if (back) {
      choose(letter);
      return;
    }
    letter.append(line(letter, answer));
    last = letter;
    const all = letters();
    const next = all.slice(all.indexOf(letter) + 1).find((l) => !l.querySelector('.line'));
    choose(next ?? letter);
  }

  // line stands in the letter's place after a decision, with the way back.
  function line(letter, answer) {
    const p = document.createElement('p');
    p.className = 'line';
    const name = document.createElement('bdi');
    name.textContent = letter.querySelector('.who b').textContent;
    p.append(name, ' · ', answer.message, ' ');
    if (answer.state !== 'pending') {
      const undo = document.createElement('button');
      undo.className = 'plain';
      undo.dataset.act = 'undo';
      undo.textContent = list.dataset.undo + ' ';
      const key = document.createElement('kbd');
      key.textContent = 'u';
      undo.append(key);
      undo.addEventListener('click', () => send(letter, `/newsroom/comments/${letter.dataset.id}/undo`,
        new URLSearchParams({ action: answer.action, from: answer.state })));
      p.append(undo);
    }
    return p;
  }

  list.addEventListener('submit', (e) => {
    e.preventDefault();
    const fields = new URLSearchParams(new FormData(e.target));
    if (e.submitter?.name) fields.set(e.submitter.name, e.submitter.value);
    send(e.target.closest('.letter'), e.target.getAttribute('action'), fields);
  });
  list.addEventListener('focusin', (e) => choose(e.target.closest('.letter'), false));

  queueKeys.set('j', () => move(1));
  queueKeys.set('k', () => move(-1));
  queueKeys.set('f', () => { find(current, 'publish')?.requestSubmit(); });
  queueKeys.set('d', () => {
    const menu = find(current, 'reject');
    if (!menu) return;
    menu.open = true;
    menu.querySelector('button').focus();
  });
  for (let i = 1; i <= 9; i++) {
    queueKeys.set(String(i), () => {
      const menu = find(current, 'reject');
      if (menu?.open) menu.querySelectorAll('button')[i - 1]?.click();
    });
  }
  queueKeys.set('Escape', () => {
    const menu = current?.querySelector('details[open]');
    if (!menu) return false;
    menu.open = false;
    choose(current);
    return true;
  });
  queueKeys.set('u', () => {
    const letter = current?.querySelector('.line [data-act=undo]') || find(current, 'undo') ? current : last;
    const undo = letter?.querySelector('.line [data-act=undo]') ?? find(letter, 'undo');
    if (undo?.matches('form')) undo.requestSubmit();
    else undo?.click();
  });
  queueKeys.set('g', () => { current?.querySelector('[data-act=open]')?.click(); });
  queueKeys.set('?', () => {
    const help = document.getElementById('help');
    help.open = !help.open;
    help.querySelector('summary').focus();
  });
}
