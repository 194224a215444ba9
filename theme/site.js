// The reader's script. Every page works without it; it only spares reloads. It talks to no other host and keeps nothing
// but the chosen text size. What comments need is in letters.js.

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
addEventListener("letter", (event) => tellTimes(event.target)); // what letters.js puts into the page

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
  const tool = event.target.closest("[data-size],[data-copy],[data-print]");
  if (!tool) return;
  const { size, copy: text } = tool.dataset;
  if (size) return resize(Number(size));
  if (text) return copy(tool);
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  print();
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
