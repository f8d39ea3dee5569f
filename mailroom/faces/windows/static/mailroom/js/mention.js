// @mentions in a note: the people whose name fits stand below the text; arrows, Enter, Tab or a press choose one.
import { $, $$, on } from "./dom.js";

const TYPED = /(^|[^\w@.])@([\p{L}\w.-]*)$/u;
const list = (area) => area.parentElement.querySelector("[role=listbox]");
const options = (area) => $$("[role=option]", list(area));
const typed = (area) => TYPED.exec(area.value.slice(0, area.selectionStart));
const hide = (area) => { list(area).hidden = true; };

let asked = 0;
on("input", "[data-mentions]", async (event, area) => {
  const found = typed(area);
  const mine = ++asked;
  if (!found) return hide(area);
  const answer = await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(found[2])}`, { headers: { "HX-Request": "true" } });
  const people = answer.ok && (await answer.text());
  if (mine !== asked || people === false) return;
  list(area).innerHTML = people;
  list(area).hidden = false;
});
const choose = (area, option) => {
  const found = typed(area);
  if (!found || !option) return hide(area);
  const start = area.selectionStart - found[2].length;
  area.setRangeText(`${option.dataset.login} `, start, area.selectionStart, "end");
  hide(area);
  area.focus();
};
on("keydown", "[data-mentions]", (event, area) => {
  if (list(area).hidden || !options(area).length) return;
  const all = options(area);
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = (at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length;
    all.forEach((one, place) => one.setAttribute("aria-selected", String(place === next)));
  } else if (event.key === "Enter" || event.key === "Tab") {
    event.preventDefault();
    choose(area, all[at]);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    hide(area);
  }
});
on("click", "[data-login]", (event, option) => choose($("[data-mentions]", option.closest(".lookup")), option));
