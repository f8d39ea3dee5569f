// The start of every window.
import { $, words } from "./dom.js";
import { fetchPart } from "./parts.js";
import "./theme.js";
import { show } from "./toast.js";
import "./dialog.js";
import "./grid.js";
import "./columns.js";
import "./sort.js";
import "./form.js";
import "./lookup.js";
import "./job.js";
import "./lines.js";
import "./palette.js";
import "./mention.js";
import "./keys.js";
import "./mail.js";
import "./live.js";

const failed = (event, text) => {
  const target = event.detail.target;
  if (event.detail.requestConfig?.verb === "get" && target instanceof Element && target.matches("#list, #reader")) {
    const panel = document.getElementById("failed-template").content.cloneNode(true);
    $("[data-again]", panel).addEventListener("click", () => fetchPart(target.id, () => event.detail.pathInfo.requestPath));
    target.replaceChildren(panel);
  } else show(text, true);
};
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  failed(event, words(status === 403 ? "refused" : status === 404 ? "missing" : "broken"));
});
document.addEventListener("htmx:sendError", (event) => failed(event, words("offline")));

// Nothing for 200 ms, then the fragment says that it is being fetched.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.xhr.busy = setTimeout(() => detail.target?.setAttribute?.("aria-busy", "true"), 200);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  clearTimeout(detail.xhr.busy);
  detail.target?.removeAttribute?.("aria-busy");
});
document.documentElement.dataset.ready = "true";
