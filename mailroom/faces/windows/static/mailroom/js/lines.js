// Tables of lines inside a form: a new line gets the next number, a removed one is gone from what is sent.
import { $, $$, on } from "./dom.js";

const numbers = (table) => $$("[name*='-field_name']", table).map((one) => Number(one.name.split("-")[1]));
document.addEventListener("htmx:configRequest", (event) => {
  const of = event.detail.elt.dataset?.numberOf;
  if (of) event.detail.parameters.append("number", Math.max(-1, ...numbers(document.getElementById(of))) + 1);
});
on("click", "[data-remove-line]", (event, button) => {
  const form = button.closest("form");
  const next = button.closest("tr").nextElementSibling ?? button.closest("tr").previousElementSibling;
  button.closest("tr").remove();
  (next ? $("select", next) : $("[data-number-of]"))?.focus();
  form?.dispatchEvent(new Event("change", { bubbles: true }));
});
