// Columns: drag a head's edge to change its width, a head or a line of the dialog to move it; kept for the person.
import { $, $$, dress, on, token } from "./dom.js";

on("click", "[data-columns] [data-move]", (event, button) => {
  const item = button.closest("li");
  const other = button.dataset.move === "-1" ? item.previousElementSibling : item.nextElementSibling;
  if (other) button.dataset.move === "-1" ? other.before(item) : other.after(item);
  button.focus();
});

// Order by drag: heads move in the list at once, lines in the dialog with OK.
const DRAGGED = "#list thead th[data-column], [data-columns] li";
let dragged = null;
const nameOf = (one) => one.dataset.column ?? $("input[name=order]", one).value;
const after = (event, one) => (one.tagName === "LI" ? event.offsetY > one.offsetHeight / 2 : event.clientX > one.getBoundingClientRect().left + one.offsetWidth / 2);
const unmark = () => $$(".is-before, .is-after").forEach((one) => one.classList.remove("is-before", "is-after"));
const keepOrder = async (from, to, behind) => {
  const form = $("[data-columns]");
  const line = (name) => $$("li", form).find((one) => nameOf(one) === name);
  line(to)[behind ? "after" : "before"](line(from));
  await fetch(form.action, { method: "POST", headers: { "X-CSRFToken": token() }, body: new URLSearchParams(new FormData(form)), redirect: "manual" });
  document.body.dispatchEvent(new Event("mailroom:refresh", { bubbles: true }));
};
on("dragstart", DRAGGED, (event, one) => {
  if ($(".colgrip:active", one)) return event.preventDefault();
  dragged = one;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", nameOf(one));
});
on("dragover", DRAGGED, (event, one) => {
  if (dragged?.parentElement !== one.parentElement) return;
  event.preventDefault();
  unmark();
  one.classList.add(after(event, one) ? "is-after" : "is-before");
});
on("drop", DRAGGED, (event, one) => {
  if (dragged?.parentElement !== one.parentElement || dragged === one) return;
  event.preventDefault();
  if (one.tagName === "LI") one[after(event, one) ? "after" : "before"](dragged);
  else keepOrder(nameOf(dragged), nameOf(one), after(event, one));
});
on("dragend", DRAGGED, () => { dragged = null; unmark(); });

const keepWidth = (grid, key, width) =>
  fetch(new URL(grid.dataset.columnsUrl, location.origin + location.pathname), {
    method: "POST",
    headers: { "X-CSRFToken": token() },
    body: new URLSearchParams({ widths: JSON.stringify({ [key]: width }) }),
    redirect: "manual",
  });
dress(() => $$(DRAGGED).forEach((one) => { one.draggable = true; }));
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
