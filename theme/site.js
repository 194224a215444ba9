// The reader's script. Every page works without it; it only spares reloads. It talks to no other host and keeps nothing
// but the chosen text size.

const $ = (selector, root = document) => root.querySelector(selector);
const root = document.documentElement;

// ── Times: the server wrote the date, "two hours ago" is said here ──
const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
const ago = (date) => {
  const seconds = (Date.now() - date) / 1000;
  if (!(seconds >= 60 && seconds < 7 * 86400)) return "";
  const [unit, length] = units.find(([, length]) => seconds >= length);
  return new Intl.RelativeTimeFormat(root.lang, { numeric: "always" }).format(-Math.floor(seconds / length), unit);
};
const tellTimes = (within = document) => {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const text = ago(new Date(time.dateTime));
    if (!text) continue;
    time.title = text;
    if ("ago" in time.dataset) time.nextElementSibling.textContent = `(${text})`;
  }
};
tellTimes();

// ── Reading tools ──
const sizes = 3;
const resize = (step) => {
  const size = Math.min(sizes, Math.max(0, Number(root.dataset.text || 0) + step));
  root.dataset.text = size;
  try { localStorage.setItem("text", size); } catch { /* it holds for this page */ }
};
const copy = async (button) => {
  const told = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = told; }, 2500);
  } catch {
    // Without a clipboard the reader gets the text selected.
    const shown = [...document.querySelectorAll(".short,.code")].find((each) => each.textContent === button.dataset.copy);
    if (shown) getSelection().selectAllChildren(shown);
  }
};
addEventListener("click", (event) => {
  const tool = event.target.closest("[data-size],[data-copy],[data-print],[data-reply],[data-unreply]");
  if (!tool) return;
  const { size, copy: text, print: paper, reply: to } = tool.dataset;
  if (size) return resize(Number(size));
  if (text) return copy(tool);
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!form && paper === undefined) return;
  event.preventDefault();
  if (paper !== undefined) print();
  else reply(to || "");
});

// ── Films of other hosts: nothing is loaded before the tap ──
addEventListener("click", (event) => {
  const card = event.target.closest("[data-player]");
  if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const frame = card.nextElementSibling.content.firstElementChild.cloneNode(true);
  card.replaceWith(frame);
  frame.focus();
});

// ── Letters: the form answers in its place ──
const form = $("#write form");
const home = form && form.parentElement;

const reply = (id) => {
  const letter = id && $(`#c${id}`);
  form.elements.parent.value = letter ? id : "";
  const to = $(".to", form);
  to.hidden = !letter;
  if (letter) {
    $("bdi", to).textContent = $(".from b", letter).textContent;
    $(".said", letter).after(form);
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

const sent = (answer) => {
  const parent = form.elements.parent.value;
  const letter = document.createElement("template");
  letter.innerHTML = answer.html;
  tellTimes(letter.content);
  const pending = letter.content.firstElementChild;
  const thread = parent && $(`#c${parent}`);
  let list = thread ? $(".replies", thread) : $(".letters");
  if (thread && !list) {
    list = document.createElement("div");
    list.className = "replies";
    thread.append(list);
  }
  if (thread) list.append(pending);
  else list.prepend(pending);
  $(".counts").innerHTML = answer.counts;
  form.elements.text.value = "";
  form.elements.action.value = "";
  form.elements.asked.value = "";
  home.append(form);
  form.elements.parent.value = "";
  $(".to", form).hidden = true;
  pending.tabIndex = -1;
  pending.focus();
};

// An id of this form's own lets the newsroom recognise a repeat after an answer that was lost.
const newAction = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const send = async () => {
  form.elements.action.value ||= newAction();
  const button = $(".button", form);
  button.disabled = true;
  const patience = setTimeout(() => { form.setAttribute("aria-busy", "true"); }, 300);
  try {
    const response = await fetch(form.getAttribute("action"), {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    const answer = await response.json();
    if (response.ok) {
      showErrors();
      sent(answer);
    } else {
      form.elements.asked.value = answer.asked ? "1" : "";
      showErrors(answer.errors, answer.message);
    }
  } catch {
    showErrors({}, form.dataset.lost);
  } finally {
    clearTimeout(patience);
    form.removeAttribute("aria-busy");
    button.disabled = false;
  }
};

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!$(".button", form).disabled) send();
  });
  const failed = $("[aria-invalid]", form);
  if (failed) failed.focus();
}
