// Columns: drag a head's edge to change its width, move them in the dialog; both are kept for the person.
import { $, $$, dress, on, token } from "./dom.js";

on("click", "[data-columns] [data-move]", (event, button) => {
  const item = button.closest("li");
  const other = button.dataset.move === "-1" ? item.previousElementSibling : item.nextElementSibling;
  if (other) button.dataset.move === "-1" ? other.before(item) : other.after(item);
  button.focus();
});

const keepWidth = (grid, key, width) =>
  fetch(new URL(grid.dataset.columnsUrl, location.origin + location.pathname), {
    method: "POST",
    headers: { "X-CSRFToken": token() },
    body: new URLSearchParams({ widths: JSON.stringify({ [key]: width }) }),
    redirect: "manual",
  });
dress((root) => {
  $$("#list.listing thead th[data-column]", root === document ? document : root.parentElement ?? document).forEach((head) => {
    if ($(".colgrip", head)) return;
    const grip = document.createElement("span");
    grip.className = "colgrip";
    head.append(grip);
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 2;
      const [from, began] = [event.clientX, head.offsetWidth];
      const width = (moved) => Math.min(80, Math.max(6, Math.round((began + moved - from) / rem)));
      const move = (moved) => { head.style.inlineSize = `${width(moved.clientX) / 2}rem`; };
      grip.setPointerCapture(event.pointerId);
      grip.addEventListener("pointermove", move);
      grip.addEventListener("pointerup", (ended) => {
        grip.removeEventListener("pointermove", move);
        keepWidth(head.closest("#list"), head.dataset.column, width(ended.clientX));
      }, { once: true });
    });
  });
});
