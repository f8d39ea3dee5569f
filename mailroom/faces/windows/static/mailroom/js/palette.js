// Ctrl+K: windows, records and the commands of this window.
import { $, $$, on, words } from "./dom.js";

const dialog = () => document.getElementById("palette");
const input = () => $(".palette__input", dialog());
const list = () => document.getElementById("palette-list");
let timer = 0;
let asked = 0;
let listed = null; // the text that the list is for; null: none yet

const commands = (text) =>
  $$("#main [data-command]:not(:disabled)")
    .map((element) => ({ element, label: element.getAttribute("aria-label") || element.firstChild?.parentElement.textContent.replace(element.querySelector("kbd")?.textContent ?? "", "").trim() }))
    .filter(({ label }, at, all) => label.toLowerCase().includes(text.toLowerCase()) && all.findIndex((one) => one.label === label) === at)
    .slice(0, 30);

const mark = (option) => {
  $$("[role=option]", list()).forEach((one) => one.setAttribute("aria-selected", String(one === option)));
  if (option) input().setAttribute("aria-activedescendant", option.id);
  option?.scrollIntoView({ block: "nearest" });
};
const fill = async () => {
  const text = input().value.trim();
  const mine = ++asked;
  const answer = await fetch(`/palette/?q=${encodeURIComponent(text)}`, { headers: { "HX-Request": "true", "HX-Target": "palette-list" } });
  const found = answer.ok && (await answer.text());
  if (mine !== asked || found === false) return;
  list().innerHTML = found;
  const own = commands(text);
  if (own.length) {
    const head = document.createElement("p");
    Object.assign(head, { className: "menu__note", textContent: words("commands") });
    head.setAttribute("role", "presentation");
    list().append(head);
  }
  own.forEach(({ element, label }) => {
    const item = document.createElement("button");
    Object.assign(item, { type: "button", className: "menu__item", tabIndex: -1 });
    item.setAttribute("role", "option");
    const icon = $("svg", element)?.cloneNode(true);
    if (icon) item.append(icon);
    item.append(label);
    if (element.dataset.key) {
      const key = document.createElement("kbd");
      Object.assign(key, { className: "kbd", textContent: element.dataset.key.replace(/^[A-Z]$/, (key) => `Shift ${key.toLowerCase()}`) });
      item.append(key);
    }
    item.addEventListener("click", () => { dialog().close(); element.click(); });
    list().append(item);
  });
  const options = $$("[role=option]", list());
  options.forEach((option, at) => { option.id = `palette-${at}`; });
  if (!options.length) list().textContent = words("nothing");
  mark(options[0]);
  listed = text;
};
// Enter typed faster than the list came is for what was typed, not for what still stands there.
const run = async () => {
  const text = input().value.trim();
  if (listed !== text) { clearTimeout(timer); await fill(); }
  if (listed === text && dialog().open) $("[role=option][aria-selected=true]", list())?.click();
};
export const open = () => {
  if (dialog().open) return;
  dialog().showModal();
  input().value = "";
  listed = null;
  input().focus();
  fill();
};
on("click", "[data-palette]", open);
on("input", ".palette__input", () => { clearTimeout(timer); timer = setTimeout(fill, 120); });
on("keydown", ".palette__input", (event) => {
  const options = $$("[role=option]", list());
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move && options.length) { event.preventDefault(); mark(options.at((at + move + options.length) % options.length)); }
  if (event.key === "Enter") { event.preventDefault(); if (!event.repeat) run(); }
});
