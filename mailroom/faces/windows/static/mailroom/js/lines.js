// Tables of lines inside a form: a new line gets the next number, a removed one is gone from what is sent.
import { $, $$, on } from "./dom.js";

const numbers = (table) => $$("[name*='-field_name']", table).map((one) => Number(one.name.split("-")[1]));
document.addEventListener("htmx:configRequest", (event) => {
  const of = event.detail.elt.dataset?.numberOf;
  if (of) event.detail.parameters.append("number", Math.max(-1, ...numbers(document.getElementById(of))) + 1);
});
// What is typed into a value while its cell is fetched stays.
const typed = (cell) => (cell.matches?.("[data-value-cell]") ? $("input", cell) : null);
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const field = typed(detail.target);
  if (field) detail.xhr.typed = [field.value, field.selectionStart, field.selectionEnd];
});
document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
  const field = detail.xhr?.typed && typed(target);
  if (!field) return;
  const [text, start, end] = detail.xhr.typed;
  field.value = text;
  if (field === document.activeElement) field.setSelectionRange(start, end);
});
on("click", "[data-remove-line]", (event, button) => {
  const form = button.closest("form");
  const next = button.closest("tr").nextElementSibling ?? button.closest("tr").previousElementSibling;
  button.closest("tr").remove();
  (next ? $("select", next) : $("[data-number-of]"))?.focus();
  form?.dispatchEvent(new Event("change", { bubbles: true }));
});
