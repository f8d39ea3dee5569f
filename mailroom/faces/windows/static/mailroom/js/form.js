// Record forms: tabs, fields that others enable, the warning before unsaved changes are left, focus on the first error.
import { $, $$, dress, on, words } from "./dom.js";
import { fetchPart, here } from "./parts.js";
import { show } from "./toast.js";

// Tabs: the open one is remembered for the window while the browser tab lives.
// A row of tabs that is wider than its window stands so that the open one is seen.
const inSight = (tab) => {
  const row = tab.closest(".tabs__list, [role=tablist]");
  const [box, seen] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
  if (box.left < seen.left || box.right > seen.right) row.scrollLeft += box.left - seen.left - (seen.width - box.width) / 2;
};
dress((root) => $$(".tabs__list [aria-current]", root === document ? document : root.parentElement ?? document).forEach(inSight));
const showTab = (list, tab) => {
  $$("[role=tab]", list).forEach((one) => {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = one !== tab;
  });
  sessionStorage.setItem(`tab:${list.dataset.tabs}`, tab.id);
  inSight(tab);
};
on("click", "[data-tabs] [role=tab]", (event, tab) => showTab(tab.closest("[data-tabs]"), tab));
on("keydown", "[data-tabs] [role=tab]", (event, tab) => {
  const tabs = $$("[role=tab]", tab.closest("[data-tabs]"));
  const next = { ArrowRight: tabs.indexOf(tab) + 1, ArrowLeft: tabs.indexOf(tab) - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const chosen = tabs.at(next % tabs.length);
  showTab(tab.closest("[data-tabs]"), chosen);
  chosen.focus();
});
on("click", "[data-show-tab]", (event, link) => {
  const tab = $(`[data-tabs] [aria-controls="${link.dataset.showTab}"]`);
  if (!tab) return;
  event.preventDefault();
  showTab(tab.closest("[data-tabs]"), tab);
  tab.focus();
});
const reveal = (field) => {
  const panel = field?.closest("[role=tabpanel][hidden]");
  const tab = panel && $(`[aria-controls="${panel.id}"]`);
  if (tab) showTab(tab.closest("[data-tabs]"), tab);
};

// Fields that others enable: the same conditions as on the server.
const valueOf = (form, name) => {
  const field = form.elements[name];
  if (!field) return "";
  if (field.type === "checkbox") return field.checked ? "on" : "";
  return field.value ?? "";
};
const holds = (form, condition) =>
  condition.split(" ").every((part) => {
    const [name, wanted] = part.split("=");
    if (wanted !== undefined) return wanted.split("|").includes(valueOf(form, name));
    return name.startsWith("!") ? !valueOf(form, name.slice(1)) : Boolean(valueOf(form, name));
  });
const enable = (form) =>
  $$("[data-enabled-when]", form).forEach((box) => {
    const off = !holds(form, box.dataset.enabledWhen);
    box.toggleAttribute("data-off", off);
    $$("input, select, textarea, button", box).forEach((control) => { control.disabled = off; });
  });

// What is not saved yet; fields in `data-aside` are of no record.
const state = (form) => {
  const aside = new Set($$("[data-aside] [name]", form).map((field) => field.name));
  const fields = [...new FormData(form)].filter(([name]) => !aside.has(name));
  return new URLSearchParams(fields.map(([name, value]) => [name, value instanceof File ? value.name : value])).toString();
};
// The editor hands its text over a moment after it was typed.
const handOver = (form) => $$("textarea", form).forEach((area) => { if (area.behind) area.value = area.jodit.value; });
export const dirty = (form = $("form[data-form]")) => {
  if (form?.initialState === undefined) return false;
  handOver(form);
  return form.initialState !== state(form);
};
const showDirty = (form) => $$("[data-dirty-words]").forEach((one) => { one.hidden = !dirty(form); });
let leaving = false;
export const forget = (form = $("form[data-form]")) => { if (form) form.initialState = state(form); };
addEventListener("beforeunload", (event) => {
  if (!leaving && $$("form[data-form]:not([data-compose])").some((form) => !form.done && dirty(form))) event.preventDefault();
});
on("submit", "form[data-form]", () => { leaving = true; setTimeout(() => { leaving = false; }, 3000); });
// A choice that fills other fields, as a provider does with its servers.
on("change", "[data-fills]", (event, select) => {
  const filled = JSON.parse(select.dataset.fills)[select.value] ?? {};
  for (const [name, value] of Object.entries(filled)) select.form.elements[name].value = value;
});
for (const type of ["input", "change"]) on(type, "form[data-form]", (event, form) => { enable(form); showDirty(form); });
document.addEventListener("cancel", (event) => {
  const form = $("form[data-form]", event.target);
  if (form && dirty(form) && !window.confirm(words("leave"))) event.preventDefault();
}, true);

// A form whose answer leads elsewhere is done: pressed again before the browser has left, it would make a second record.
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (detail.elt.matches("form[data-form]") && detail.xhr.getResponseHeader("HX-Redirect")) detail.elt.done = true;
});
document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.done) event.preventDefault(); });
addEventListener("pageshow", () => $$("form[data-form]").forEach((form) => { form.done = false; }));

// A command works on what is saved: what is not saved yet is saved first, where the person wants it.
const written = () => $("#main form[data-form]:not([data-compose])");
const worksOnSaved = (button, form) => {
  if (!button || button.dataset.command === "delete") return false;
  return button.formMethod !== "get" || new URL(button.formAction).pathname.startsWith(new URL(form.action).pathname);
};
let passed = null;
document.addEventListener("submit", (event) => {
  const [button, form] = [event.submitter, written()];
  if (!event.target.matches("[data-rows-of-reader]") || button === passed || !form || !worksOnSaved(button, form) || !dirty(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (window.confirm(words("saveFirst"))) saveThen(form, button.dataset.command, button.getAttribute("aria-label") ?? button.textContent.trim());
}, true);
const saveThen = (form, name, label) => {
  const saved = ({ detail }) => {
    if (detail.requestConfig.elt !== form) return;
    document.removeEventListener("htmx:afterRequest", saved);
    if (detail.xhr.status !== 200) return;
    passed = $(`#main [data-command="${CSS.escape(name)}"]:not(:disabled)`);
    if (passed) passed.click();
    else show(words("notNow").replace("%s", label), true);
    passed = null;
  };
  document.addEventListener("htmx:afterRequest", saved);
  form.requestSubmit();
};

// The record is another by now: its window comes anew as soon as nothing is being written and no dialog stands over it.
const anew = () => {
  if (dirty()) return;
  if ($("dialog[open]")) document.addEventListener("close", anew, { capture: true, once: true });
  else fetchPart("main", here);
};
document.addEventListener("mailroom:anew", anew);
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id === "main" && !detail.requestConfig.elt.closest("#main") && dirty()) detail.shouldSwap = false;
});

dress((root) => {
  $$("form[data-form]").forEach((form) => {
    if (form.initialState !== undefined) return;
    const refused = $("[data-errors]", form);
    enable(form);
    form.initialState = refused ? null : state(form);
    const list = $("[data-tabs]", form);
    const kept = list && !location.pathname.endsWith("/new/") && document.getElementById(sessionStorage.getItem(`tab:${list.dataset.tabs}`));
    if (kept) showTab(list, kept);
    const asked = location.hash && list && $(`[aria-controls="${CSS.escape(location.hash.slice(1))}"]`, list);
    if (asked) showTab(list, asked);
    const first = refused && $("[aria-invalid=true]", form);
    if (refused) { reveal(first); (first ?? refused).focus(); }
  });
});
on("click", "[data-error-link]", (event, link) => {
  event.preventDefault();
  const field = document.getElementById(link.getAttribute("href").slice(1));
  reveal(field);
  field?.focus();
});
