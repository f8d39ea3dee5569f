// Sends a form by htmx with the button that was pressed, one after the other; answers come as fragments, toasts and events.
import { sender } from "./parts.js";

let source = null;
let rows = [];
const begin = () => {
  source = sender();
  // The server's word that a command was carried out; which rows it was about, or "everything".
  source.addEventListener("mailroom:refresh", () => document.dispatchEvent(new CustomEvent("mailroom:acted", { detail: rows })));
};
let last = Promise.resolve();
export const send = (form, submitter, extra = []) => {
  const data = new FormData(form, submitter);
  for (const [name, value] of extra) data.append(name, value);
  const values = {};
  for (const [name, value] of data) values[name] = name in values ? [].concat(values[name], value) : value;
  const url = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  submitter?.setAttribute("aria-busy", "true");
  const sent = last.then(() => {
    if (!source) begin();
    rows = values.everything ? ["everything"] : data.getAll("ids");
    return window.htmx.ajax("POST", url, { values, swap: "none", target: document.body, source });
  });
  last = sent.catch(() => {});
  return sent.finally(() => submitter?.removeAttribute("aria-busy"));
};
