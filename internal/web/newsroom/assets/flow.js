// The flow's script: the sign of life of a form, what is typed kept while it is typed, the calendar of a time field. Every page
// works without it: then a form is guarded by its revision alone, and a time is typed.

const persianDigits = document.documentElement.lang === 'fa';
const digits = (s) => (persianDigits ? String(s).replace(/[0-9]/g, (d) => '۰۱۲۳۴۵۶۷۸۹'[d]) : String(s));
const latin = (s) => s.replace(/[۰-۹]/g, (d) => '۰۱۲۳۴۵۶۷۸۹'.indexOf(d)).replace(/[٠-٩]/g, (d) => '٠١٢٣٤٥٦٧٨٩'.indexOf(d));

function desk(form) {
  const { code, user, base, draft, window: self } = form.dataset;
  const address = `/newsroom/articles/${code}`;
  const stores = `dabir.kept.${user}.${code}.`;
  const store = stores + self;
  // Held for as long as this window lives, so that another one leaves its copy in the browser alone.
  const lifeOf = (id) => `dabir.window.${id}`;
  navigator.locks?.request(lifeOf(self), () => new Promise(() => {})).catch(() => {});
  const said = form.querySelector('[data-said]');
  const closed = form.hasAttribute('data-locked');
  let dirty = false;
  let mine = !closed;
  let timer = 0;
  let sending = false;
  let last = ''; // what the server has
  let next = ''; // what was typed while the last was on its way
  let seq = Number(form.dataset.seq); // what this window has seen of what the server has
  let clash = null; // the strip that shows both texts, while nothing is decided

  const say = (text) => { if (said && text) said.textContent = text; };
  const read = () => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value === 'string' && !['action', 'base', 'draft', 'window', 'seq'].includes(name)) fields[name] = value;
    }
    return JSON.stringify({ base: Number(base), draft, window: self, seq, fields });
  };
  const local = {
    get(key = store) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set(body) { try { localStorage.setItem(store, JSON.stringify({ at: Date.now(), body })); return true; } catch { return false; } },
    drop(key = store) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
    // left are the copies of windows that are closed.
    async left() {
      try {
        const keys = Object.keys(localStorage).filter((key) => key.startsWith(stores) && key !== store);
        const held = (await navigator.locks?.query())?.held.map((lock) => lock.name) ?? [];
        return keys.filter((key) => !held.includes(lifeOf(key.slice(stores.length))));
      } catch { return []; }
    },
  };
  const send = (path, body) => fetch(address + path, {
    method: 'POST', body, headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
  });

  // keep sends what was typed; what the server cannot take now stays in the browser and goes with the next try.
  async function keep(body = mine ? read() : '') {
    if (!body || body === last) return;
    local.set(body); // first here: the next line may be the last that this page runs
    if (clash) return; // until it is decided which of two texts stays, this one stays in the browser
    if (sending) { next = body; return; }
    sending = true;
    try {
      const response = await send('/autosave', body);
      if (response.status === 409) {
        showBoth(await response.text(), () => keep(), () => local.drop());
        return;
      }
      const answer = await response.json().catch(() => ({}));
      if (response.ok) {
        last = body;
        if (local.get()?.body === body) local.drop();
        say(answer.message);
      } else if (response.status === 401) {
        signedOut();
        soon(15000);
      } else {
        say(answer.message);
        if (response.status >= 500) soon(15000);
      }
    } catch {
      say(form.dataset.offline);
      soon(5000);
    } finally {
      sending = false;
      const waiting = next;
      next = '';
      if (waiting && waiting !== body) keep(waiting);
    }
  }
  // showBoth sets the text of the person's other window beside this one's: neither goes before they say which.
  function showBoth(html, mine, theirs) {
    const holder = document.createElement('template');
    holder.innerHTML = html;
    const strip = holder.content.querySelector('.clash');
    if (!strip) return;
    clash?.remove();
    clash = strip;
    strip.querySelector('[data-mine]').addEventListener('click', () => {
      seq = Number(strip.dataset.seq);
      strip.remove();
      clash = null;
      mine(seq);
    });
    strip.querySelector('[data-theirs]').addEventListener('click', theirs);
    form.before(strip);
    say(form.dataset.clash);
  }
  function soon(wait) {
    clearTimeout(timer);
    timer = setTimeout(() => keep(), wait);
  }
  function signedOut() {
    say(form.dataset.signedOut);
    const link = document.createElement('a');
    link.href = '/newsroom/signin';
    link.target = '_blank';
    link.textContent = form.dataset.signIn;
    said?.append(' ', link);
  }
  let first = 0; // when the oldest unsent letter was typed
  form.addEventListener('input', () => {
    dirty = true;
    first ||= Date.now();
    const wait = Date.now() - first > 15000 ? 0 : 5000; // whoever never pauses is kept too
    clearTimeout(timer);
    timer = setTimeout(() => { first = 0; keep(); }, wait);
  });
  addEventListener('online', () => { if (dirty) keep(); });
  addEventListener('offline', () => { if (dirty && mine) { local.set(read()); say(form.dataset.offline); } });
  document.addEventListener('visibilitychange', () => { if (dirty && document.visibilityState === 'hidden') keep(); });

  // A form that is sent stays kept until a page says that it was saved: the connection may be cut on the way.
  form.addEventListener('submit', () => {
    clearTimeout(timer);
    if (dirty && mine) local.set(read());
    try { sessionStorage.setItem('dabir.sent', store); } catch { /* then it is offered once more */ }
    dirty = false;
  });

  settleSent();
  // offerLocal brings what a closed window could not send to the server, where it is offered with its difference.
  const fieldsOf = (body) => JSON.stringify(body.fields);
  async function offerLocal(key, force) {
    const left = local.get(key);
    let body = null;
    try { body = JSON.parse(left.body); } catch { /* nobody's */ }
    if (!body?.fields || fieldsOf(body) === fieldsOf(JSON.parse(read()))) { local.drop(key); return; }
    const kept = [...document.querySelectorAll('[data-kept]')].find((k) => k.dataset.draft === body.draft);
    if (kept && left.at < Number(kept.dataset.kept)) { local.drop(key); return; }
    say(form.dataset.browser);
    if (force) body.seq = force;
    try {
      const response = await send('/autosave', JSON.stringify(body));
      if (response.status === 409) {
        showBoth(await response.text(), (seen) => offerLocal(key, seen), () => local.drop(key));
        return;
      }
      if (!response.ok) return;
      local.drop(key);
      // What is pasted is on its way from the server while the editor is busy: a reload would lose it.
      if (!dirty && !form.querySelector('.ed.busy')) location.replace(location.pathname + location.search);
    } catch { say(form.dataset.offline); }
  }
  local.left().then((keys) => { if (keys.length) offerLocal(keys[0]); });

  if (code === '0') return;

  // The sign of life. Whoever loses the lock is told by whom; what was typed has been kept.
  const pulse = Number(form.dataset.pulse) || 20000;
  function open(yes) {
    form.querySelectorAll('fieldset').forEach((f) => { f.disabled = !yes; });
    form.querySelectorAll('.main-acts button').forEach((b) => { b.disabled = !yes; });
    form.querySelectorAll('.ed').forEach((holder) => holder.body?.editor.setEditable(yes)); // no fieldset closes an editor
  }
  function close(message) {
    if (mine && dirty) keep();
    mine = false;
    open(false);
    let strip = document.querySelector('.locked');
    if (!strip) {
      strip = document.createElement('div');
      strip.className = 'locked';
      strip.setAttribute('role', 'alert');
      strip.append(document.createElement('p'));
      form.before(strip);
    }
    strip.querySelector('p').textContent = message;
  }
  let taken = ''; // the word of whoever took over stays to be read
  async function live() {
    try {
      const response = await send('/lock', '{}');
      const answer = await response.json().catch(() => ({}));
      if (response.ok) {
        if (!mine && !dirty) { location.reload(); return; }
        if (!mine) {
          mine = true;
          open(true);
          document.querySelector('.locked p').textContent = form.dataset.free;
        }
        if (answer.revision && answer.revision !== Number(form.dataset.revision)) say(form.dataset.behind);
      } else if (response.status === 409) {
        if (answer.taken) taken = answer.message;
        if (mine || answer.taken) close(answer.message);
        else if (!taken) document.querySelector('.locked p').textContent = answer.message;
      } else if (response.status === 401) {
        signedOut();
      }
    } catch {
      if (dirty && mine) {
        local.set(read());
        say(form.dataset.offline);
      }
    }
  }
  live();
  setTimeout(live, 2000); // the page before may have let go after this one took hold
  setInterval(live, pulse);
  addEventListener('pagehide', () => { if (mine) navigator.sendBeacon(`${address}/unlock`); });
  addEventListener('pageshow', (e) => { if (e.persisted) live(); });
}

// settleSent forgets what was kept of a form that a page says was saved.
function settleSent() {
  try {
    const sent = sessionStorage.getItem('dabir.sent');
    if (sent && new URLSearchParams(location.search).has('done')) localStorage.removeItem(sent);
    sessionStorage.removeItem('dabir.sent');
  } catch { /* storage is closed */ }
}

// The Jalali calendar, by the rule of package persian: a year y is leap when (25y+11) mod 33 is below 8.
const mod = (a, b) => a - b * Math.floor(a / b);
const yearStart = (y) => 365 * (y - 1) + Math.floor((8 * y + 21) / 33);
const dayNumber = (y, m, d) => yearStart(y) + (m - 1) * 30 + Math.min(m - 1, 6) + d - 1;
const monthDays = (y, m) => (m <= 6 ? 31 : m < 12 || mod(25 * y + 11, 33) < 8 ? 30 : 29);
function fromDay(n) {
  const y = 1 + Math.floor((33 * n + 3) / 12053);
  const rest = n - yearStart(y);
  return rest < 186 ? [y, 1 + Math.floor(rest / 31), 1 + (rest % 31)] : [y, 7 + Math.floor((rest - 186) / 30), 1 + ((rest - 186) % 30)];
}
const weekday = (n) => mod(n + 5, 7); // 0: Saturday

// calendar opens beside a time field. The field stays a field: whoever types needs no calendar.
function calendar(box) {
  const input = box.querySelector('input');
  const months = box.dataset.months.split('|');
  const days = box.dataset.days.split('|');
  const [ty, tm, td] = box.dataset.today.split('-').map(Number);
  const today = dayNumber(ty, tm, td);
  const rtl = getComputedStyle(box).direction === 'rtl';
  const opens = document.createElement('button');
  opens.type = 'button';
  opens.className = 'opens';
  opens.textContent = box.dataset.open;
  opens.setAttribute('aria-expanded', 'false');
  box.append(opens);
  let panel = null;
  let at = today;

  const typedDay = () => {
    const m = /(1[2-4]\d\d)[/-](\d{1,2})[/-](\d{1,2})/.exec(latin(input.value));
    if (!m) return null;
    const [y, mo, d] = m.slice(1).map(Number);
    return mo >= 1 && mo <= 12 && d >= 1 && d <= monthDays(y, mo) ? dayNumber(y, mo, d) : null;
  };
  const two = (n) => String(n).padStart(2, '0');

  function choose(n) {
    const [y, m, d] = fromDay(n);
    const clock = /\d{1,2}:\d{2}(?::\d{2})?/.exec(latin(input.value))?.[0];
    const wantsClock = input.name !== 'from' && input.name !== 'until';
    input.value = digits(`${y}/${two(m)}/${two(d)}${clock ? ` ${clock}` : wantsClock ? ' 08:00:00' : ''}`);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    shut();
    input.focus();
    const start = input.value.indexOf(' ') + 1;
    if (start) input.setSelectionRange(start, input.value.length);
  }
  function shut(back) {
    panel?.remove();
    panel = null;
    opens.setAttribute('aria-expanded', 'false');
    if (back) opens.focus();
  }
  function open() {
    at = typedDay() ?? today;
    panel = document.createElement('div');
    panel.className = 'calendar';
    panel.setAttribute('role', 'dialog');
    panel.setAttribute('aria-label', box.dataset.open);
    panel.addEventListener('keydown', keys);
    box.append(panel);
    opens.setAttribute('aria-expanded', 'true');
    draw(true);
  }
  function step(months) {
    let [y, m, d] = fromDay(at);
    m += months;
    y += Math.floor((m - 1) / 12);
    m = mod(m - 1, 12) + 1;
    at = dayNumber(y, m, Math.min(d, monthDays(y, m)));
  }
  function draw(focus) {
    const [y, m] = fromDay(at);
    const head = document.createElement('div');
    head.className = 'month';
    const turn = (label, by) => {
      const b = document.createElement('button');
      b.type = 'button';
      b.textContent = label;
      b.addEventListener('click', () => { step(by); draw(false); panel.querySelectorAll('.month button')[by < 0 ? 0 : 1].focus(); });
      return b;
    };
    const title = document.createElement('b');
    title.setAttribute('aria-live', 'polite');
    title.textContent = `${months[m - 1]} ${digits(y)}`;
    head.append(turn(box.dataset.previous, -1), title, turn(box.dataset.next, 1));
    const table = document.createElement('table');
    table.setAttribute('role', 'grid');
    table.setAttribute('aria-label', title.textContent);
    const names = table.createTHead().insertRow();
    days.forEach((name) => {
      const th = document.createElement('th');
      th.scope = 'col';
      th.abbr = name;
      th.textContent = persianDigits ? name[0] : name.slice(0, 2);
      names.append(th);
    });
    const body = table.createTBody();
    const begin = dayNumber(y, m, 1);
    const chosen = typedDay();
    let row = null;
    for (let i = -weekday(begin); i < monthDays(y, m); i++) {
      if (weekday(begin + i) === 0 || !row) row = body.insertRow();
      const cell = row.insertCell();
      cell.setAttribute('role', 'gridcell');
      if (i < 0) continue;
      const n = begin + i;
      cell.textContent = digits(i + 1);
      cell.tabIndex = n === at ? 0 : -1;
      cell.setAttribute('aria-selected', String(n === chosen));
      cell.setAttribute('aria-label', `${days[weekday(n)]} ${digits(i + 1)} ${months[m - 1]}`);
      if (n === today) cell.setAttribute('aria-current', 'date');
      cell.addEventListener('click', () => choose(n));
    }
    panel.replaceChildren(head, table);
    if (focus) panel.querySelector('td[tabindex="0"]').focus();
  }
  function keys(e) {
    if (e.key === 'Escape') {
      e.preventDefault();
      e.stopPropagation();
      shut(true);
      return;
    }
    if (!e.target.matches('td')) return;
    const forward = rtl ? 'ArrowLeft' : 'ArrowRight';
    const back = rtl ? 'ArrowRight' : 'ArrowLeft';
    const acts = {
      [forward]: () => { at += 1; }, [back]: () => { at -= 1; }, ArrowDown: () => { at += 7; }, ArrowUp: () => { at -= 7; },
      PageDown: () => step(e.shiftKey ? 12 : 1), PageUp: () => step(e.shiftKey ? -12 : -1),
      Home: () => { at -= weekday(at); }, End: () => { at += 6 - weekday(at); },
    };
    if (e.key === 'Enter' || e.key === ' ') {
      e.preventDefault();
      choose(at);
    } else if (acts[e.key]) {
      e.preventDefault();
      acts[e.key]();
      draw(true);
    }
  }
  opens.addEventListener('click', () => { if (panel) shut(true); else open(); });
  box.addEventListener('focusout', (e) => { if (panel && e.relatedTarget && !box.contains(e.relatedTarget)) shut(); });
}

const sheet = document.querySelector('form[data-desk]');
if (sheet) desk(sheet);
document.querySelectorAll('[data-moment]').forEach(calendar);

// A note of the list leads to its place in the text.
document.addEventListener('click', (e) => {
  const link = e.target.closest?.('[data-note]');
  const note = link && document.querySelectorAll('.prose aside.desk-note')[link.dataset.note];
  if (!note) return;
  e.preventDefault();
  note.closest('.prose').focus();
  getSelection().setPosition(note.querySelector('p') ?? note, 0);
  note.scrollIntoView({ block: 'center' });
});
