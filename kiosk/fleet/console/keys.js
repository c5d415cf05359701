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
