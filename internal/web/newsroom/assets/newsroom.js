// The newsroom's script: keys, a warning before typed text is lost. Every page works without it.

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

document.addEventListener('keydown', (e) => {
  if (e.isComposing || e.altKey) return;
  const key = keyOf(e);
  if (e.ctrlKey || e.metaKey) {
    press(`[data-key="ctrl+${key.toLowerCase()}"]`, e);
    return;
  }
  if (!keysOn || typing(e.target)) return;
  // A page with keys of its own, such as the queue, takes them first.
  if (!document.dispatchEvent(new CustomEvent('deskkey', { detail: key, cancelable: true }))) {
    e.preventDefault();
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

// On a narrow screen the navigation is one line that is drawn aside.
const here = document.querySelector('.edge nav [aria-current]');
const line = here?.closest('ul');
if (line && line.scrollWidth > line.clientWidth) line.scrollLeft += here.getBoundingClientRect().left - line.getBoundingClientRect().left - (line.clientWidth - here.offsetWidth) / 2;

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
