// Canned texts and templates: from the menu, or by typing / in the text.
import { $, $$, on } from "../dom.js";
import { form } from "./draft.js";

const editor = () => form()?.elements.body.jodit;
const said = (name) => document.getElementById("compose-words")?.dataset[name] ?? "";
const find = async (text) => {
  const answer = await fetch(`/cr306015/texts/?q=${encodeURIComponent(text)}`);
  return answer.ok ? (await answer.json()).texts : [];
};
const item = (text, chosen = false) => {
  const [button, name] = ["button", "span"].map((tag) => document.createElement(tag));
  Object.assign(button, { type: "button", className: "menu__item" });
  button.dataset.insert = `/cr306015/texts/canned/${text.id}/`;
  button.setAttribute("aria-selected", String(chosen));
  name.textContent = text.name;
  button.append(name);
  if (text.of) { const of = document.createElement("span"); of.className = "muted"; of.textContent = text.of; button.append(of); }
  return button;
};
const nothing = () => {
  const note = document.createElement("p");
  note.className = "menu__note";
  note.textContent = said("none");
  return note;
};

const insert = async (address) => {
  const [one, target] = [form(), editor()];
  const query = new URLSearchParams({ email: one.dataset.id, to: one.elements.to.value, subject: one.elements.subject.value });
  const answer = await fetch(`${address}?${query}`);
  if (!answer.ok) return;
  const { html, subject } = await answer.json();
  if (subject && !one.elements.subject.value) one.elements.subject.value = subject;
  if (!target.s.isFocused()) {
    target.s.restore();
    target.editor.focus();
    if (!range) target.s.setCursorIn(target.editor.firstElementChild ?? target.editor, true);
  }
  if (range) target.s.selectRange(range);
  target.s.insertHTML(html);
  one.dispatchEvent(new Event("input", { bubbles: true }));
};

// The menu: where the cursor stood in the text, the chosen text goes.
let range = null;
document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  const inside = selection.rangeCount && selection.anchorNode && editor()?.editor.contains(selection.anchorNode);
  if (inside) range = selection.getRangeAt(0).cloneRange();
});
document.addEventListener("toggle", async ({ target }) => {
  if (!target.matches?.("[data-texts][open]")) return;
  const found = await find("");
  $("[data-canned-list]", target).replaceChildren(...(found.length ? found.map((text) => item(text)) : [nothing()]));
}, true);
on("click", "[data-texts] [data-insert]", (event, button) => {
  button.closest("details").removeAttribute("open");
  insert(button.dataset.insert);
});

// Typing /: the list stands at the cursor, further letters narrow it, Enter takes, Escape leaves the text as typed.
let list = null;
let typed = "";
const shut = () => { list?.remove(); list = null; typed = ""; };
const fill = async () => {
  const word = typed;
  const found = await find(word);
  if (!list || word !== typed) return;
  list.replaceChildren(...(found.length ? found.map((text, at) => item(text, at === 0)) : [nothing()]));
};
const open = () => {
  shut();
  const place = getSelection().getRangeAt(0).getBoundingClientRect();
  list = document.createElement("div");
  list.className = "menu__list slash";
  list.setAttribute("role", "listbox");
  document.body.append(list);
  const under = place.bottom || editor().editor.getBoundingClientRect().top + 40;
  list.style.insetInlineStart = `${Math.min(place.left || 80, innerWidth - 280)}px`;
  list.style.insetBlockStart = `${Math.min(under + 6, innerHeight - 270)}px`;
  typed = asked()?.word ?? "";
  fill();
};
// What stands from the last / to the cursor, read from the text: keys pressed at once, and phones, tell no letters.
const asked = () => {
  const { anchorNode: node, anchorOffset: offset } = getSelection();
  const said = node?.nodeType === Node.TEXT_NODE && /\/[^\s/]*$/.exec(node.textContent.slice(0, offset));
  return said ? { node, from: said.index, to: offset, word: said[0].slice(1) } : null;
};
const take = (button) => {
  const found = asked();
  const address = button.dataset.insert;
  shut();
  if (found) {
    const gone = document.createRange();
    gone.setStart(found.node, found.from);
    gone.setEnd(found.node, found.to);
    gone.deleteContents();
    range = gone;
  }
  insert(address);
};
const narrow = () => {
  const found = asked();
  if (!found) return shut();
  if (found.word === typed) return;
  typed = found.word;
  fill();
};
const atWordStart = () => {
  const { anchorNode: node, anchorOffset: offset } = getSelection();
  return !node || node.nodeType !== Node.TEXT_NODE || offset === 0 || /[\s\u00a0\u200b\ufeff]/.test(node.textContent[offset - 1]);
};
const steer = (event) => {
  const options = $$("[data-insert]", list);
  const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move && options.length) options.forEach((one, place) => one.setAttribute("aria-selected", String(place === (at + move + options.length) % options.length)));
  else if (["Enter", "Tab"].includes(event.key) && at >= 0) take(options[at]);
  else if (event.key === "Escape") shut();
  else return false;
  return true;
};
addEventListener("keydown", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest(".jodit-wysiwyg") || !editor()) return;
  if (list && steer(event)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  if (!list && event.key === "/" && !event.ctrlKey && !event.metaKey && atWordStart()) setTimeout(open, 0);
}, true);
addEventListener("input", (event) => { if (list && event.target.closest?.(".jodit-wysiwyg")) narrow(); }, true);
on("mousedown", ".slash [data-insert]", (event, button) => { event.preventDefault(); take(button); });
addEventListener("mousedown", (event) => { if (list && !list.contains(event.target)) shut(); }, true);
