// Long work: an action's answer names its job, whose fragment then asks for itself each second.
import { $, dress } from "./dom.js";

document.addEventListener("mailroom:job", (event) => {
  window.htmx.ajax("GET", event.detail.url, { target: "#job", swap: "outerHTML" });
});
// A window with live rows fetches its list at every step of the job, one answer after the other.
const fetching = () => $("#list.htmx-request");
const refresh = () => (fetching() ? setTimeout(refresh, 100) : document.body.dispatchEvent(new Event("mailroom:refresh", { bubbles: true })));
dress((root) => {
  if (root.id === "job" && root.hasAttribute("hx-get") && $("[data-live-rows]") && !fetching())
    window.htmx.ajax("GET", location.pathname + location.search, { target: "#list", swap: "outerHTML" });
});
dress((root) => {
  const ended = root.matches?.("[data-job-ended]") ? root : root.querySelector?.("[data-job-ended]");
  if (!ended || ended.dataset.told) return;
  ended.dataset.told = "1";
  refresh();
  document.dispatchEvent(new Event("mailroom:counts"));
  if ($("#nav-job:not([hidden])")) window.htmx.ajax("GET", "/jobs/running/", { target: "#nav-job", swap: "outerHTML" });
});
