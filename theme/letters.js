// The script of comments: the form answers in its place, votes and new comments come without a reload, and the reader's receipts stay
// in this browser. Every page works without it. It talks to no other host.

const $ = (selector, within = document) => within.querySelector(selector);
const form = $("#write form");
const home = form && form.parentElement;
const talk = $("#talk");
const json = { Accept: "application/json" };

// ── What this browser keeps; it may be forbidden to ──
const kept = (name, empty) => {
  try { return JSON.parse(localStorage.getItem(name)) ?? empty; } catch { return empty; }
};
const keep = (name, value) => {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* it holds for this page */ }
};

// ── The form ──
const reply = (id) => {
  const letter = id && $(`#c${id}`);
  form.elements.parent.value = letter ? id : "";
  const to = $(".to", form);
  to.hidden = !letter;
  if (letter) {
    $("bdi", to).textContent = $(".from b", letter).textContent;
    ($(".acts", letter) ?? $(".said", letter)).after(form);
  } else {
    home.append(form);
  }
  form.elements.text.focus();
};

const showErrors = (errors = {}, message = "") => {
  let first;
  for (const field of ["name", "email", "text"]) {
    const input = form.elements[field];
    const told = $(`#${field}-error`);
    told.textContent = errors[field] || "";
    told.hidden = !errors[field];
    if (errors[field]) {
      input.setAttribute("aria-invalid", "true");
      first ??= input;
    } else {
      input.removeAttribute("aria-invalid");
    }
  }
  const head = $(".notice", form);
  head.textContent = message;
  head.hidden = !message;
  if (first) first.focus();
};

const element = (html) => {
  const made = document.createElement("template");
  made.innerHTML = html;
  return made.content.firstElementChild;
};
const placed = (part) => part.dispatchEvent(new Event("letter", { bubbles: true }));

const sent = (answer) => {
  const parent = form.elements.parent.value;
  const pending = element(answer.html);
  const thread = parent && $(`#c${parent}`);
  let list = thread ? $(".replies", thread) : $(".letters", talk);
  if (thread && !list) {
    list = document.createElement("div");
    list.className = "replies";
    thread.append(list);
  }
  if (thread) list.append(pending);
  else list.prepend(pending);
  placed(pending);
  if (answer.counts) $(".counts").innerHTML = answer.counts;
  form.elements.text.value = "";
  form.elements.action.value = "";
  form.elements.asked.value = "";
  home.append(form);
  form.elements.parent.value = "";
  $(".to", form).hidden = true;
  keep("receipts", [...kept("receipts", []), { code: answer.receipt, page: location.pathname }].slice(-50));
  pending.tabIndex = -1;
  pending.focus();
};

// An id of this form's own lets the newsroom recognise a repeat after an answer that was lost.
const newAction = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// Under a flood a comment costs some work, which a worker does beside the page.
const proofOf = (work) => new Promise((found, failed) => {
  const worker = new Worker(form.dataset.worker);
  const end = (then) => (event) => { worker.terminate(); then(event.data); };
  worker.onmessage = end(found);
  worker.onerror = end(failed);
  worker.postMessage(work);
});

const post = async (more = {}) => {
  const fields = new URLSearchParams(new FormData(form));
  for (const name in more) fields.set(name, more[name]);
  const response = await fetch(form.getAttribute("action"), { method: "POST", headers: json, body: fields });
  return { ok: response.ok, answer: await response.json() };
};

const send = async () => {
  form.elements.action.value ||= newAction();
  const button = $(".button", form);
  const working = $(".working", form);
  button.disabled = true;
  const patience = setTimeout(() => { form.setAttribute("aria-busy", "true"); }, 300);
  try {
    let { ok, answer } = await post();
    for (let tries = 0; answer.work && tries < 3; tries++) {
      working.textContent = answer.message;
      ({ ok, answer } = await post({ ticket: answer.work.ticket, proof: await proofOf(answer.work) }));
    }
    form.elements.asked.value = answer.asked ? "1" : "";
    showErrors(answer.errors, answer.message);
    if (ok) sent(answer);
  } catch {
    showErrors({}, form.dataset.lost);
  } finally {
    clearTimeout(patience);
    working.textContent = "";
    form.removeAttribute("aria-busy");
    button.disabled = false;
  }
};

if (form) {
  const remember = form.elements.remember;
  if (kept("unknown", false)) remember.checked = false;
  remember.addEventListener("change", () => keep("unknown", !remember.checked));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!$(".button", form).disabled) send();
  });
  const failed = $("[aria-invalid]", form);
  if (failed) failed.focus();
}

// ── Votes ──
const showVotes = () => {
  const votes = kept("votes", {});
  for (const button of document.querySelectorAll(".acts button")) button.setAttribute("aria-pressed", votes[button.value] === button.name);
};
const sum = (button) => { // a button without votes has none yet
  if (!$("b", button)) button.append(" ", document.createElement("b"));
  return $("b", button);
};
const vote = async (button) => {
  const votes = kept("votes", {});
  const id = button.value;
  const choice = votes[id] === button.name ? "none" : button.name;
  const acts = button.closest(".acts");
  try {
    const response = await fetch(button.form.action, { method: "POST", headers: json, body: new URLSearchParams({ [choice]: id }) });
    const answer = await response.json();
    if (!response.ok) return tell(acts, answer.message);
    for (const name of ["up", "down"]) sum($(`[name=${name}]`, acts)).textContent = answer[name];
    delete votes[id];
    if (choice !== "none") votes[id] = choice;
    keep("votes", Object.fromEntries(Object.entries(votes).slice(-500)));
    showVotes();
  } catch { /* the line is cut: the sums stay as they were */ }
};
const tell = (acts, message) => {
  const told = acts.nextElementSibling?.matches(".error") ? acts.nextElementSibling : document.createElement("p");
  told.className = "error";
  told.setAttribute("role", "alert");
  told.textContent = message;
  acts.after(told);
};

// ── New comments are announced, never pushed in ──
const bar = $("[data-bring]");
const counted = (text, n) => text.replace(/[\p{Nd}٬,]+/u, new Intl.NumberFormat(document.documentElement.lang).format(n));
addEventListener("counts", ({ detail }) => { // what live.js heard
  [...$(".counts").children].forEach((one, i) => {
    const text = counted(one.textContent, detail[i]);
    if (one.textContent !== text) one.textContent = text;
  });
  const came = detail[0] - talk.dataset.seen;
  bar.textContent = came > 0 ? counted(came === 1 ? bar.dataset.single : bar.dataset.several, came) : "";
});
const bring = async () => {
  const fresh = element(await (await fetch(bar.dataset.bring)).text());
  if (form) reply("");
  talk.replaceChildren(...fresh.childNodes);
  talk.dataset.seen = fresh.dataset.seen;
  bar.textContent = "";
  placed(talk);
  showVotes();
  const first = $(".letter", talk);
  if (first) {
    first.tabIndex = -1;
    first.focus();
  }
};

// ── The reader's own comments on this page ──
const own = $(".own");
const mine = () => kept("receipts", []).filter((one) => one.page === location.pathname);
const showOwn = async () => {
  for (const { code } of mine()) {
    const response = await fetch(`/comments/receipt/${code}`, { headers: json });
    if (response.status === 404) keep("receipts", kept("receipts", []).filter((one) => one.code !== code));
    if (!response.ok) continue;
    const line = document.createElement("li");
    line.innerHTML = (await response.json()).html;
    $("ul", own).append(line);
    own.hidden = false;
    placed(line);
  }
};
if (own && mine().length) showOwn().catch(() => { /* the line is cut */ });
if (talk) showVotes();

addEventListener("click", (event) => {
  const tool = event.target.closest("[data-reply],[data-unreply],[data-bring],[data-forget],.acts button");
  if (!tool || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (tool.matches("[data-reply],[data-unreply]") && !form) return;
  event.preventDefault();
  if (tool.matches("button[form]")) vote(tool);
  else if (tool.matches("[data-bring]")) bring().catch(() => { location.href = bar.href; });
  else if (tool.matches("[data-forget]")) {
    const gone = mine().map((one) => one.code);
    keep("receipts", kept("receipts", []).filter((one) => !gone.includes(one.code)));
    own.hidden = true;
  } else reply(tool.matches("[data-reply]") ? tool.closest(".letter").id.slice(1) : "");
});
