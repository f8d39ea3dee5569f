// Long work: an action's answer names its job, whose fragment then asks for itself each second.
import { $, $$, dress } from "./dom.js";
import { fetchPart, here } from "./parts.js";

document.addEventListener("mailroom:job", (event) => fetchPart("job", () => event.detail.url));
// A window with live rows fetches its list at every step of the job.
dress((root) => {
  if (root.id === "job" && root.hasAttribute("hx-get") && $("[data-live-rows]")) fetchPart("list", here);
});
// What a job tells beside the form is brought into sight once, where a narrow window has it far below.
const told = new Set();
dress((root) => [root, ...$$("[data-reveal]", root)].forEach((part) => {
  const job = part.dataset?.reveal;
  if (!job || told.has(job)) return;
  told.add(job);
  if (root !== document && part.getBoundingClientRect().top > innerHeight * 0.7) part.scrollIntoView({ block: "start" });
}));
dress((root) => {
  const ended = root.matches?.("[data-job-ended]") ? root : root.querySelector?.("[data-job-ended]");
  if (!ended || ended.dataset.told) return;
  ended.dataset.told = "1";
  document.body.dispatchEvent(new Event("mailroom:refresh", { bubbles: true }));
  document.dispatchEvent(new Event("mailroom:counts"));
  if ($("#nav-job:not([hidden])")) fetchPart("nav-job", () => "/jobs/running/");
});
