// What keeps an open page fresh: the server says by one stream what changed, and the page fetches that part after a small wait of
// its own, so that readers do not all ask at once. Without a stream it looks by itself now and then. A hidden page holds none.

const events = document.body.dataset.events;
const places = [...document.querySelectorAll("[data-part]")];
const between = (least, most) => least + Math.random() * (most - least);

let stream;
let last = ""; // the id of the last message: where to resume
let again; // timer of the next try
let tries = 0;

// ── Putting parts into the page ──
const pathOf = (line) => line.querySelector("a").pathname;
const linesOf = (html) => {
  const made = document.createElement("template");
  made.innerHTML = html;
  return [...document.importNode(made.content, true).children].filter((line) => pathOf(line) !== location.pathname);
};

// A list changes line by line: what stays is not touched, what came is marked.
const list = (place, html) => {
  if (place.matches(":hover, :focus-within")) { // not under the reader's finger
    setTimeout(list, 2000, place, html);
    return;
  }
  const had = new Map([...place.children].map((line) => [pathOf(line), line]));
  const lines = linesOf(html).slice(0, Math.max(had.size, 10)).map((line) => {
    const old = had.get(pathOf(line));
    if (old?.textContent === line.textContent) return old;
    if (!old) line.classList.add("new");
    return line;
  });
  for (const old of had.values()) if (!lines.includes(old)) old.remove();
  lines.forEach((line, i) => { if (place.children[i] !== line) place.insertBefore(line, place.children[i] ?? null); });
  place.dispatchEvent(new Event("letter", { bubbles: true }));
};

// A page that is itself the list offers what came.
const offer = (link, html) => {
  const came = linesOf(html).filter((line) => ![...document.querySelectorAll("main a")].some((a) => a.pathname === pathOf(line))).length;
  link.textContent = say(link, came);
  link.parentElement.hidden = !came;
};
const say = (place, n) => (n === 1 ? place.dataset.single : place.dataset.several).replace(/\p{Nd}+/u, new Intl.NumberFormat(document.documentElement.lang).format(n));

const show = (place, text) => {
  if (place.dataset.what === "counts") hear(text);
  else if (place.dataset.seen) place.hidden = text === place.dataset.seen;
  else if (place.localName === "a") offer(place, text);
  else if (place.localName === "ul") list(place, text);
  else if (place.innerHTML !== text) {
    place.innerHTML = text;
    expire(place);
  }
};
// Withdrawn: told on the spot.
const gone = document.querySelector("[data-gone]");
const lose = (is) => {
  if (is && gone.hidden) [...document.querySelectorAll(".text > *, .part")].find((e) => e.getBoundingClientRect().top > 0)?.before(gone);
  gone.hidden = !is;
};
// What ends at a time ends in an open page too.
const expire = (place) => {
  const left = place.querySelector("[data-until]")?.dataset.until - Date.now();
  if (left > 0) setTimeout(ask, left, place);
};

// ── Fetching them: once for all that is said while it waits ──
const waiting = new Set();
const ask = (place) => {
  if (waiting.has(place)) return;
  waiting.add(place);
  setTimeout(async () => {
    waiting.delete(place);
    try {
      const answer = await fetch(place.dataset.part);
      if (place.dataset.seen) lose(answer.status === 410);
      if (answer.ok) show(place, await answer.text());
    } catch { /* cut: the next message or look brings it */ }
  }, between(400, 3000));
};

const hear = (line) => {
  const [what, , ...numbers] = line.split(" ");
  if (what === "counts") dispatchEvent(new CustomEvent("counts", { detail: numbers.map(Number) }));
  else for (const place of places) if (what === "reset" || what === place.dataset.what) ask(place);
};

// ── The stream ──
const close = () => {
  clearTimeout(again);
  stream?.close();
  stream = undefined;
};
const open = () => {
  close();
  if (document.hidden) return;
  stream = new EventSource(`${events}&${last ? `last=${last}` : `age=${Math.ceil(performance.now() / 1000)}`}`);
  stream.onmessage = (event) => {
    last = event.lastEventId;
    tries = 0;
    event.data.split("\n").forEach(hear);
  };
  stream.onerror = () => {
    if (last && stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    close();
    if (last || tries) hear("reset"); // a page that has just come is fresh
    again = setTimeout(open, between(45, 90) * 1000 * Math.min(++tries, 8));
  };
};
if (events && places.length) {
  places.forEach(expire);
  // A page from the browser's own store may be of yesterday.
  if (performance.getEntriesByType("navigation")[0]?.transferSize === 0) hear("reset");
  again = setTimeout(open, between(300, 1500));
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
}
