// To, Cc and Bcc: each address is looked at; a bad one is red with its reason, a near miss offers the right one.
import { $, $$, dress, on, token } from "../dom.js";

const known = new Map();
const said = (name) => document.getElementById("compose-words")?.dataset[name] ?? "";
const lines = () => $$("form[data-compose] input[data-line]");
const chipsOf = (line) => $$(".chip", line.closest("[data-tokens]"));

const ask = async (values) => {
  const body = new URLSearchParams(values.map((value) => ["address", value]));
  const answer = await fetch("/cr306015/addresses/", { method: "POST", headers: { "X-CSRFToken": token() }, body }).catch(() => null);
  if (answer?.ok) Object.entries(await answer.json()).forEach(([value, facts]) => known.set(value, facts));
};
const noteOf = (line) => {
  const field = line.closest(".field");
  const found = $(".field__address", field);
  if (found) return found;
  const made = document.createElement("p");
  made.className = "field__address";
  made.setAttribute("role", "status");
  field.append(made);
  return made;
};
const say = (note, { chip, facts }) => {
  const line = document.createElement("span");
  line.append(facts.why);
  if (facts.better) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "link", textContent: said("use").replace("%s", facts.better) });
    button.addEventListener("click", () => correct(chip.dataset.value, facts.better));
    line.append(" ", button);
  }
  line.className = `is-${facts.state}`;
  note.append(line);
};
const dressLine = (line) => {
  const note = noteOf(line);
  note.replaceChildren();
  for (const chip of chipsOf(line)) {
    const facts = known.get(chip.dataset.value);
    if (!facts) continue;
    for (const state of ["bad", "near", "outside"]) chip.classList.toggle(`is-${state}`, facts.state === state);
    chip.title = facts.why;
    chip.dataset.outside = said("outside");
    if (["bad", "near"].includes(facts.state)) say(note, { chip, facts });
  }
};
const look = async () => {
  const values = [...new Set(lines().flatMap((line) => chipsOf(line).map((chip) => chip.dataset.value)))];
  const unknown = values.filter((value) => !known.has(value));
  if (unknown.length) await ask(unknown);
  lines().forEach(dressLine);
  const inside = lines().some((line) => chipsOf(line).some((chip) => known.get(chip.dataset.value)?.state === "inside"));
  $("form[data-compose]")?.classList.toggle("has-inside", inside);
};
const correct = (from, to) => {
  for (const line of lines()) {
    const values = chipsOf(line).map((chip) => chip.dataset.value);
    if (!values.some((value) => value.includes(from))) continue;
    const better = values.map((value) => (value === from ? to : value.replace(from, to)));
    line.dispatchEvent(new CustomEvent("tokens:set", { bubbles: true, detail: better.join(", ") }));
    $("input[role=combobox]", line.closest("[data-tokens]")).focus();
  }
};
document.addEventListener("compose:correct", ({ detail }) => correct(detail.from, detail.to));
on("change", "form[data-compose] input[data-line]", look);
let looked = null;
dress(() => {
  const form = $("form[data-compose]");
  if (!form || form === looked) return;
  looked = form;
  if (lines().some((line) => chipsOf(line).length)) look();
});
