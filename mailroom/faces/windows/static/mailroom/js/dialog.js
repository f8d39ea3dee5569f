// Dialogs and pop-up windows: real <dialog> elements, so focus stays inside and returns.
import { $, $$, on } from "./dom.js";
import { fetchPart } from "./parts.js";
import { send } from "./post.js";

const dialog = () => document.getElementById("dialog");
let opener = null;
let rows = [];

const open = (element) => {
  if (!element.open) element.showModal();
  element.setAttribute("aria-labelledby", "dialog-title");
};
export const load = (url, source = null) => {
  opener = source;
  rows = new URL(url, location.href).searchParams.getAll("ids");
  return fetchPart("dialog", () => url, "innerHTML");
};
export const close = () => $$("dialog[open]").at(-1)?.close();

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== dialog() || event.detail.xhr?.getResponseHeader("HX-Reswap") === "none") return;
  if (!dialog().children.length) return dialog().open && dialog().close(); // the answer to Save has nothing to show
  const windowed = Boolean($(":scope > .window", dialog()));
  dialog().classList.toggle("dialog--window", windowed);
  dialog().classList.toggle("dialog--narrow", Boolean($("[data-confirm-form]", dialog())));
  open(dialog());
});
document.addEventListener("close", (event) => {
  if (event.target !== dialog()) return;
  dialog().replaceChildren();
  // The browser gives the focus back, but not to a command whose menu has closed: then its menu takes it.
  if (document.activeElement === document.body) (opener?.closest("details:not([open])")?.querySelector("summary") ?? opener)?.focus();
}, true);
document.addEventListener("mailroom:dialog", (event) => load(event.detail.url));
document.addEventListener("mailroom:saved", (event) => {
  dialog().close();
  opener?.dispatchEvent(new CustomEvent("picked", { detail: event.detail }));
  document.dispatchEvent(new CustomEvent("mailroom:acted", { detail: rows }));
  document.body.dispatchEvent(new Event("mailroom:refresh", { bubbles: true }));
});

on("click", "[data-close]", (event, button) => button.closest("dialog")?.close());
on("click", "[data-open-dialog]", (event, button) => open(document.getElementById(button.dataset.openDialog)));
on("click", "[data-keys-dialog]", () => open(document.getElementById("keys-dialog")));
on("click", "[data-dialog-url]", (event, button) => {
  event.preventDefault();
  const url = new URL(button.dataset.dialogUrl, location.href);
  if ("withQuery" in button.dataset) new URLSearchParams(location.search).forEach((value, name) => url.searchParams.append(name, value));
  load(url.pathname + url.search, button);
});
on("click", "dialog", (event, element) => event.target === element && element.id === "palette" && element.close());
on("submit", "[data-confirm-form]", (event, form) => {
  event.preventDefault();
  if (event.submitter?.getAttribute("aria-busy") === "true") return; // answered already
  send(form, event.submitter).then(() => dialog().close());
});
