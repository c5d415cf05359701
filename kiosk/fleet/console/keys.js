// Keys of the console: a letter goes to a page, "/" to the search field. Not while something is typed.
const language = document.currentScript.dataset.language;
const places = { g: "/", a: "/alerts", t: "/tickets", s: "/stock", c: "/commands", r: "/reports" };
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable], .q-dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector(".find input")?.focus();
  } else if (places[event.key]) {
    location.href = `/console${places[event.key]}?lang=${language}`;
  }
});

// A part of the page that is drawn anew takes the focus with it: it goes back to what has the same name.
let last = "";
document.addEventListener("focusin", (event) => (last = event.target.closest("[data-testid]")?.dataset.testid ?? ""));
document.addEventListener("pointerdown", () => (last = ""));
new MutationObserver(() => {
  if (!last || document.activeElement !== document.body) return;
  document.querySelector(`[data-testid="${CSS.escape(last)}"]`)?.focus({ preventScroll: true });
}).observe(document.documentElement, { childList: true, subtree: true });
