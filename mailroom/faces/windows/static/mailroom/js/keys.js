// Keys: single ones while no field has the focus, and the few that always work.
import { $, $$, typing } from "./dom.js";
import * as grid from "./grid.js";
import * as palette from "./palette.js";
import { togglePane } from "./theme.js";
import { undoLast } from "./toast.js";

let sequence = "";
let forgetting = 0;

// Keys work on what stands on top: a dialog, else the window.
const top = () => $$("dialog[open]").at(-1) ?? $("#main");
const command = (name) => $$(`[data-key="${CSS.escape(name)}"]`, top()).find((one) => !one.disabled);
const go = (keys) => $$("#keys-dialog [data-go]").find((link) => link.dataset.go === keys);
const own = {
  "/": () => $("#main input[type=search]")?.focus(),
  "[": togglePane,
  j: () => grid.step(1),
  k: () => grid.step(-1),
  o: grid.openRow,
  x: () => grid.toggleCheck(false),
  X: () => grid.toggleCheck(true),
  v: grid.toggleView,
  z: undoLast,
  "?": () => $("#keys-dialog").showModal(),
};

const always = (event) => {
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && key === "k") return palette.open;
  if ((event.ctrlKey || event.metaKey) && key === "s") return () => $("[data-save]:not(:disabled)", top())?.click();
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { const send = command("Ctrl+Enter"); return send && (() => send.click()); }
  if (event.altKey && key === "n") { const add = command("Alt+n"); return add && (() => add.click()); }
  if (["PageUp", "PageDown"].includes(event.key) && !$("dialog[open]") && !typing(event.target)) {
    const record = command(event.key);
    return record && (() => record.click());
  }
  return null;
};
const single = (event) => {
  if (event.key === "Enter") return event.target === document.body || event.target.matches("main, .datagrid") ? grid.openRow : null;
  if (sequence === "g") {
    const link = go(`g ${event.key}`);
    if (link) return () => link.click();
  }
  const declared = command(event.key);
  return declared ? () => declared.click() : own[event.key] ?? null;
};

// QUIRK: in Windows AltGr is Ctrl and Alt, and on Nordic keyboards AltGr+8 writes "[".
const modified = (event) => (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
const HELD = new Set(["j", "k"]); // the keys that go on while they are held
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return; // a list in a field took it
  const act = modified(event) || event.key.startsWith("Page") ? always(event) : null;
  if (act) { event.preventDefault(); return event.repeat || act(); }
  if (event.key === "Escape") return escape(event);
  if (modified(event) || typing(event.target) || $("dialog[open]")) return;
  if (document.body.dataset.singleKeys === "off" && event.key !== "Enter") return;
  const run = single(event);
  clearTimeout(forgetting);
  sequence = event.key === "g" ? "g" : "";
  forgetting = setTimeout(() => { sequence = ""; }, 1500);
  if (run) { event.preventDefault(); if (!event.repeat || HELD.has(event.key)) run(); }
});

const escape = (event) => {
  const menu = $("details.menu[open]");
  if (menu) { menu.removeAttribute("open"); return $("summary", menu).focus(); }
  if ($("#nav[data-open]")) return $("#nav").removeAttribute("data-open");
  if ($("dialog[open]")) return;
  if (typing(event.target)) return event.target.blur();
  if (!grid.closeReader()) grid.clear();
};

const shownKey = (key) => (/^[A-Z]$/.test(key) ? `Shift ${key.toLowerCase()}` : key.replace("Delete", "Del"));
const wordsOf = (element) => [...element.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent).join("").trim();
// The list under ? names the keys of this window's commands too.
const list = $("[data-keylist]");
$$("#main [data-key]").forEach((element) => {
  const label = element.getAttribute("aria-label") || wordsOf(element);
  if (!list || $$("dd", list).some((one) => one.textContent === label)) return;
  const [row, term, said, key] = ["div", "dt", "dd", "kbd"].map((tag) => document.createElement(tag));
  Object.assign(key, { className: "kbd", textContent: shownKey(element.dataset.key) });
  said.textContent = label;
  term.append(key);
  row.append(term, said);
  list.append(row);
});
