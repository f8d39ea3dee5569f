// Small words for the DOM, shared by the kit's modules.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const words = (name) => document.getElementById("words")?.dataset[name] ?? "";
// A text that is being written is no part of the page: what was pasted or dropped into it gives no orders.
const written = (element) => element.closest(".jodit-wysiwyg") !== null;
export const on = (type, selector, handle) =>
  document.addEventListener(type, (event) => {
    const found = event.target instanceof Element && event.target.closest(selector);
    if (found && !written(found)) handle(event, found);
  });
export const token = () => $("input[name=csrfmiddlewaretoken]")?.value ?? "";
export const typing = (element) =>
  element instanceof Element && element.matches("input:not([type=checkbox], [type=radio], [type=button]), select, textarea, [contenteditable=true]");

// Each module that dresses elements gives a function; it runs on the page and on every fragment that htmx brings.
const dressers = [];
export const dress = (handle) => {
  dressers.push(handle);
  handle(document);
};
document.addEventListener("htmx:load", (event) => dressers.forEach((handle) => handle(event.target)));

export const save = (name, value) =>
  fetch("/person/", { method: "POST", headers: { "X-CSRFToken": token() }, body: new URLSearchParams({ name, value }) });
