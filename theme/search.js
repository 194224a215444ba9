// The search page: completions under the field, and a Jalali calendar beside the dates. The page works without it.

const form = document.querySelector("form.find");
const field = form.elements.q;
const persian = document.documentElement.lang === "fa";

// ── Completions: a combobox with a list (WAI-ARIA) ──
const list = document.createElement("ul");
list.className = "guesses";
list.id = "guesses";
list.hidden = true;
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", field.labels[0].textContent);
field.parentElement.append(list);
for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", "guesses"]]) field.setAttribute(name, value);

let asked = 0, chosen = -1;
const close = () => {
  list.hidden = true;
  chosen = -1;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
};
const choose = (to) => {
  const all = [...list.children];
  if (!all.length) return;
  chosen = (to + all.length) % all.length;
  all.forEach((item, i) => item.setAttribute("aria-selected", i === chosen));
  all[chosen].scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", all[chosen].id);
};
const show = ([, names, kinds, paths]) => {
  list.replaceChildren(...names.map((name, i) => {
    const item = document.createElement("li");
    item.id = `guess${i}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.path = paths[i];
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent = name;
    const kind = document.createElement("span");
    kind.className = "n";
    kind.textContent = kinds[i];
    item.append(text, kind);
    return item;
  }));
  chosen = -1;
  list.hidden = !names.length;
  field.setAttribute("aria-expanded", String(!!names.length));
};
let waiting;
field.addEventListener("input", () => {
  clearTimeout(waiting);
  const number = ++asked;
  if (field.value.trim().length < 2) return close();
  waiting = setTimeout(async () => {
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(field.value)}`);
      if (answer.ok && number === asked) show(await answer.json());
    } catch { /* completions are a kindness */ }
  }, 120);
});
field.addEventListener("keydown", (event) => {
  if (list.hidden) return;
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
  else if (event.key === "Escape") close();
  else if (event.key === "Enter" && chosen >= 0) location = list.children[chosen].dataset.path;
  else return;
  event.preventDefault();
});
list.addEventListener("mousedown", (event) => {
  event.preventDefault(); // the field keeps the focus
  const item = event.target.closest("li");
  if (item) location = item.dataset.path;
});
field.addEventListener("blur", close);

// ── Days of the Jalali calendar: the browser knows it ──
const parts = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn", { timeZone: "UTC", year: "numeric", month: "numeric", day: "numeric" });
const jalali = (date) => Object.fromEntries(parts.formatToParts(date).map(({ type, value }) => [type, parseInt(value, 10)]));
const label = new Intl.DateTimeFormat(persian ? "fa-u-ca-persian" : "en-u-ca-persian", { timeZone: "UTC", year: "numeric", month: "long" });
const figures = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });
const weekdays = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "UTC", weekday: "narrow" });
const day = 86400000;
const monthStart = (time) => time - (jalali(time).day - 1) * day;

const picker = document.createElement("div");
picker.className = "picker";
picker.hidden = true;
let owner;
const button = (text, act, name) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  if (name) made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
};
const draw = (first) => {
  const month = jalali(first).month;
  const head = document.createElement("header");
  const title = document.createElement("b");
  title.textContent = label.format(first);
  head.append(button(persian ? "→" : "←", () => draw(monthStart(first - day)), label.format(first - day)), title,
    button(persian ? "←" : "→", () => draw(monthStart(first + 32 * day)), label.format(first + 32 * day)));
  const table = document.createElement("table");
  const names = table.createTHead().insertRow();
  const saturday = first - ((new Date(first).getUTCDay() + 1) % 7) * day;
  for (let i = 0; i < 7; i++) {
    const th = document.createElement("th");
    th.textContent = weekdays.format(saturday + i * day);
    names.append(th);
  }
  for (let time = saturday; time < first || jalali(time).month === month;) {
    const row = table.insertRow();
    for (let i = 0; i < 7; i++, time += day) {
      const cell = row.insertCell();
      const at = jalali(time);
      if (at.month === month) cell.append(button(figures.format(at.day), () => {
        owner.value = [at.year, at.month, at.day].map((n) => figures.format(n).padStart(2, figures.format(0))).join("/");
        picker.hidden = true;
        owner.focus();
      }));
    }
  }
  picker.replaceChildren(head, table);
};
for (const input of form.querySelectorAll("[data-jalali]")) {
  input.addEventListener("click", () => {
    owner = input;
    input.closest("label").after(picker);
    const now = new Date();
    draw(monthStart(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())));
    picker.hidden = false;
  });
}
addEventListener("keydown", (event) => { if (event.key === "Escape") picker.hidden = true; });
addEventListener("click", (event) => { if (!picker.contains(event.target) && !event.target.closest("[data-jalali]") && document.contains(event.target)) picker.hidden = true; });
