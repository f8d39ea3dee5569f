// To, Cc and Bcc: each address is looked at; a bad one is red with its reason, a near miss offers the right one.
import { $, $$, dress, on, token } from "../dom.js";

const known = new Map();
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
const dressLine = (line) => {
  let worst = null;
  for (const chip of chipsOf(line)) {
    const facts = known.get(chip.dataset.value);
    if (!facts) continue;
    for (const state of ["bad", "near", "outside"]) chip.classList.toggle(`is-${state}`, facts.state === state);
    chip.title = facts.why;
    if (facts.state === "bad" || (facts.state === "near" && worst?.facts.state !== "bad")) worst = worst?.facts.state === "bad" ? worst : { chip, facts };
  }
  const mixed = lines().some((one) => chipsOf(one).some((chip) => known.get(chip.dataset.value)?.state === "inside"));
  line.closest("form").classList.toggle("has-inside", mixed);
  const note = noteOf(line);
  note.replaceChildren();
  note.classList.toggle("is-near", worst?.facts.state === "near");
  if (!worst) return;
  note.append(worst.facts.why);
  if (!worst.facts.better) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "link", textContent: worst.facts.better });
  button.addEventListener("click", () => correct(worst.chip.dataset.value, worst.facts.better));
  note.append(" ", button);
};
const look = async () => {
  const values = [...new Set(lines().flatMap((line) => chipsOf(line).map((chip) => chip.dataset.value)))];
  const unknown = values.filter((value) => !known.has(value));
  if (unknown.length) await ask(unknown);
  lines().forEach(dressLine);
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
