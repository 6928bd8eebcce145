// What is nicer with a script: the arrow keys move the map while it has the focus.
const signs = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", "+": "+", "-": "−" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) return;
  if (!event.target.closest(".map, .moves")) return;
  for (const link of document.querySelectorAll(".moves a"))
    if (link.textContent === signs[event.key]) {
      event.preventDefault();
      link.click();
    }
});
