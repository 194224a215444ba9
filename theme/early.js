// Runs before the first paint, so that neither the tools nor the chosen text size appear late.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const size = localStorage.getItem("text");
    if (size) root.dataset.text = size;
  } catch { /* storage may be forbidden; the page reads well without it */ }
})();
