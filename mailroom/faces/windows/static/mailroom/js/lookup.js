// Lookups: a list while typing, the pop-up selector, one value or chips.
import { $, $$, dress, on, words } from "./dom.js";
import { fetchPart } from "./parts.js";

const parts = (box) => ({
  input: $("input[role=combobox]", box), value: $("input[type=hidden]", box), list: $("[role=listbox]", box),
  clear: $("[data-lookup-clear]", box), open: $("[data-lookup-open]", box), tokens: "tokens" in box.dataset,
});
const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));
let asked = 0; // what was asked for last is shown, and nothing any more once the list is shut
const shut = (box) => {
  asked += 1;
  const { list, input } = parts(box);
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
};

// Chips: the hidden line keeps the values, separated by commas, as the form posts them.
// QUIRK: Outlook copies "Hansen, Kari <kari@x.org>; Berg, Ola <ola@x.org>": with semicolons or lines, commas are parts of names.
const apart = (text) =>
  text.split(/[;\n\t]+/).map((one) => one.trim()).filter(Boolean).flatMap((one) => {
    const named = one.match(/^([^"<]*,[^"<]*?)\s*<([^>]+)>$/);
    return named && !named[1].includes("@") ? [`"${named[1]}" <${named[2]}>`] : split(one);
  });
const split = (text) => {
  const found = [];
  let [item, quoted] = ["", false];
  for (const letter of text) {
    if (letter === '"') quoted = !quoted;
    if (/[,;\n]/.test(letter) && !quoted) { found.push(item); item = ""; } else item += letter;
  }
  return [...found, item].map((one) => one.trim()).filter(Boolean);
};
const tokensOf = (box) => $$(".chip", box).map((chip) => chip.dataset.value);
const store = (box) => {
  $("input[data-line]", box).value = tokensOf(box).join(", ");
  changed($("input[data-line]", box));
};
const addToken = (box, value, quiet = false) => {
  if (!value || tokensOf(box).includes(value)) return;
  const chip = document.createElement("span");
  chip.className = "chip";
  chip.dataset.value = value;
  chip.classList.toggle("is-bad", !/\S@\S/.test(value));
  const x = document.createElement("button");
  Object.assign(x, { type: "button", className: "chip__x", textContent: "×" });
  x.setAttribute("aria-label", `${words("remove")} ${value}`);
  x.addEventListener("click", () => { chip.remove(); store(box); parts(box).input.focus(); });
  const name = document.createElement("span");
  name.textContent = value;
  chip.append(name, x);
  parts(box).input.before(chip);
  if (!quiet) store(box);
};
dress(() => $$("[data-tokens]:not([data-ready])").forEach((box) => {
  box.dataset.ready = "1";
  const line = parts(box).input;
  const typed = line.cloneNode();
  typed.removeAttribute("name");
  typed.value = "";
  line.before(typed);
  Object.assign(line, { type: "hidden" });
  for (const name of ["role", "id", "required", "aria-expanded"]) line.removeAttribute(name);
  line.dataset.line = "";
  split(line.value).forEach((value) => addToken(box, value, true));
}));

on("tokens:set", "[data-tokens] input[data-line]", (event, line) => {
  const box = line.closest("[data-tokens]");
  $$(".chip", box).forEach((chip) => chip.remove());
  split(event.detail).forEach((value) => addToken(box, value, true));
  store(box);
});
on("paste", "[data-tokens] input[role=combobox]", (event, input) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!/[,;\n\t]/.test(text.trim())) return;
  event.preventDefault();
  const box = input.closest("[data-tokens]");
  apart(text).forEach((value) => addToken(box, value, true));
  store(box);
});

const pick = (box, value, text) => {
  const part = parts(box);
  shut(box);
  if (part.tokens) { part.input.value = ""; addToken(box, value); }
  else {
    part.value.value = value;
    part.input.value = text;
    if (part.clear) part.clear.hidden = !text;
    if (part.open) { part.open.hidden = !value; part.open.href = `${part.open.dataset.lookupOpen}${value ? `${value}/` : ""}`; }
    changed(part.value);
  }
  part.input.focus();
};

let timer = 0;
const search = (box) => {
  const { input, list } = parts(box);
  clearTimeout(timer);
  const mine = ++asked;
  timer = setTimeout(async () => {
    const answer = await fetch(`/lookup/${box.dataset.lookup}/?q=${encodeURIComponent(input.value)}`, { headers: { "HX-Request": "true", "HX-Target": list.id } });
    const found = answer.ok && (await answer.text());
    if (mine !== asked || found === false || document.activeElement !== input) return;
    list.innerHTML = found;
    $$("[role=option]", list).forEach((option, at) => { option.id = `${list.id}-${at}`; });
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }, 200);
};
on("input", "[data-lookup] input[role=combobox]", (event, input) => {
  const box = input.closest("[data-lookup]");
  const { value, tokens } = parts(box);
  event.stopPropagation();
  if (!tokens) value.value = "";
  if (tokens && /[,;]\s*$/.test(input.value)) { split(input.value).forEach((one) => addToken(box, one)); input.value = ""; return shut(box); }
  search(box);
});
on("keydown", "[data-lookup] input[role=combobox]", (event, input) => {
  const box = input.closest("[data-lookup]");
  const { list, tokens } = parts(box);
  const options = list.hidden ? [] : $$("[role=option]", list);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move && list.hidden) { event.preventDefault(); return search(box); }
  if (move && options.length) {
    event.preventDefault();
    const next = options.at((at + move + options.length) % options.length);
    options.forEach((option) => option.setAttribute("aria-selected", String(option === next)));
    input.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    pick(box, options[at].dataset.value, options[at].dataset.text);
  } else if (event.key === "Enter" && tokens && input.value.trim()) {
    event.preventDefault();
    split(input.value).forEach((one) => addToken(box, one));
    input.value = "";
    shut(box);
  } else if (event.key === "Backspace" && tokens && !input.value) {
    $$(".chip", box).at(-1)?.remove();
    store(box);
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    event.stopPropagation();
    shut(box);
  }
});
on("focusout", "[data-lookup]", (event, box) => {
  if (box.contains(event.relatedTarget)) return;
  shut(box);
  const { input, tokens } = parts(box);
  if (tokens && input.value.trim()) { split(input.value).forEach((one) => addToken(box, one)); input.value = ""; }
});
on("mousedown", "[data-lookup] [role=option]", (event, option) => {
  event.preventDefault();
  pick(option.closest("[data-lookup]"), option.dataset.value, option.dataset.text);
});
on("click", "[data-lookup-clear]", (event, button) => pick(button.closest("[data-lookup]"), "", ""));

// The pop-up selector has a dialog of its own, so it opens above a pop-up window too.
let asking = null;
on("click", "[data-lookup-select]", async (event, button) => {
  asking = button.closest("[data-lookup]");
  let dialog = document.getElementById("selector");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "dialog";
    dialog.id = "selector";
    dialog.setAttribute("aria-labelledby", "selector-title");
    document.body.append(dialog);
  }
  await fetchPart("selector", () => `/lookup/${asking.dataset.lookup}/?as=selector`, "innerHTML");
  const head = $("h2", dialog);
  if (!head) return;
  head.id = "selector-title";
  dialog.showModal();
});
on("click", "#selector [data-pick]", (event, button) => {
  document.getElementById("selector").close();
  if (asking) pick(asking, button.dataset.pick, button.dataset.text);
});
