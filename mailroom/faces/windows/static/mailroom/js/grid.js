// Lists: selection that survives paging, the current row, opening in the reading pane, actions on what is chosen.
import { $, $$, dress, on, words } from "./dom.js";
import { load } from "./dialog.js";
import { fetchPart } from "./parts.js";
import { send } from "./post.js";
import { show } from "./toast.js";

const list = () => document.getElementById("list");
const counted = () => document.getElementById("list-count")?.dataset ?? {};
const rows = () => $$("#list tbody tr[data-row]");
const boxes = () => $$("#list tbody input[name=ids]");
const place = () => `chosen:${list()?.dataset.grid}`;
let everything = false;
let viewed = ""; // the view, all rows of which are chosen
let lastChecked = null;

const chosen = () => new Set(JSON.parse(sessionStorage.getItem(place()) || "[]"));
const keep = (ids) => sessionStorage.setItem(place(), JSON.stringify([...ids]));

const sizes = () => JSON.parse(sessionStorage.getItem(`sizes:${list()?.dataset.grid}`) || "{}");
const inWords = (bytes) => {
  const [unit, by] = bytes < 1e6 ? ["kilobyte", 1e3] : bytes < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / by);
};

// The current row: opened in the reading pane, or where j and k stand.
export const current = () => $("#list tr[aria-current=true]");
const PAGING = ["after", "before", "last", "open"];
const view = () => {
  const query = new URLSearchParams(list().dataset.url.split("?")[1]);
  [...PAGING, "sort"].forEach((name) => query.delete(name));
  return query.toString();
};
// What is read beside the list is what its commands are about where no row is chosen.
const read = (id) => {
  const open = $("[data-open-row]");
  if (open && id) { open.value = id; open.disabled = false; }
};
const paint = () => {
  if (!list()) return;
  if (everything && viewed !== view()) everything = false; // nobody chose the rows of another tab or search
  const opened = $("#reader[data-record]")?.dataset.record;
  if (opened && !current()) rows().find((row) => row.dataset.row === opened)?.setAttribute("aria-current", "true");
  if ($("[data-open-row]")?.disabled) read(opened); // a list that came anew does not know what is read beside it
  const ids = chosen();
  const shown = boxes();
  shown.forEach((box) => { box.checked = everything || ids.has(box.value); });
  const head = $("#list [data-check-all]");
  const checked = shown.filter((box) => box.checked).length;
  if (head) {
    head.checked = checked > 0 && checked === shown.length;
    head.indeterminate = checked > 0 && checked < shown.length;
  }
  const count = everything ? counted().words : ids.size;
  $$("[data-selected-words]").forEach((one) => { one.textContent = everything || ids.size ? words("selected").replace("%s", count) : ""; });
  sum(ids);
  const more = $("[data-select-more]", list());
  if (!more) return;
  const total = Number(counted().count);
  more.replaceChildren();
  more.hidden = !(everything || ids.size);
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "link";
    made.textContent = text;
    made.addEventListener("click", act);
    more.append(made);
  };
  if (!everything && head?.checked && total > ids.size) button(words("all").replace("%s", counted().words), () => { everything = true; viewed = view(); paint(); });
  else if (everything || ids.size) button(words("clear"), clear);
};
// The totals line: how many rows are chosen on all pages, and their size where rows have one.
const sum = (ids) => {
  const line = $("[data-selected-sum]", list());
  if (!line) return;
  const count = everything ? counted().words : ids.size;
  const known = sizes();
  const bytes = everything ? 0 : [...ids].reduce((all, id) => all + (known[id] ?? 0), 0);
  line.hidden = !(everything || ids.size);
  line.textContent = line.hidden ? "" : `${words("selected").replace("%s", count)}${bytes ? ` · ${inWords(bytes)}` : ""}`;
};
export const clear = () => {
  const had = everything || chosen().size > 0;
  everything = false;
  keep(new Set());
  sessionStorage.removeItem(`sizes:${list()?.dataset.grid}`);
  paint();
  return had;
};
const check = (box, value) => {
  const ids = chosen();
  everything = false;
  ids[value ? "add" : "delete"](box.value);
  keep(ids);
  const size = Number(box.closest("tr").dataset.size);
  if (size) sessionStorage.setItem(`sizes:${list().dataset.grid}`, JSON.stringify({ ...sizes(), [box.value]: size }));
  lastChecked = box.value;
};
on("change", "#list input[name=ids]", (event, box) => { check(box, box.checked); paint(); });
on("change", "#list [data-check-all]", (event, head) => {
  boxes().forEach((box) => check(box, head.checked));
  paint();
});
on("click", "#list input[name=ids]", (event, box) => event.shiftKey && lastChecked && checkUpTo(box));
const checkUpTo = (box) => {
  const all = boxes();
  const [from, to] = [all.findIndex((one) => one.value === lastChecked), all.indexOf(box)].sort((a, b) => a - b);
  if (from < 0) return;
  all.slice(from, to + 1).forEach((one) => check(one, true));
  paint();
};
dress(paint);

const mark = (row) => {
  rows().forEach((one) => one.removeAttribute("aria-current"));
  row?.setAttribute("aria-current", "true");
  row?.scrollIntoView({ block: "nearest" });
  read(row?.dataset.row);
};
const opener = (row) => row && $("a[data-open]", row);
export const step = (by) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  if (next === current()) {
    const page = $(`#list [data-page=${by > 0 ? "next" : "prev"}]`);
    return page?.click();
  }
  mark(next);
  if ($(".split")) opener(next)?.click();
};
export const openRow = () => {
  const inReader = $("#reader [data-record-window]");
  const link = opener(current());
  if (inReader && current()) return inReader.click();
  link?.click();
};
export const toggleCheck = (upTo) => {
  const box = current() && $("input[name=ids]", current());
  if (!box) return;
  if (upTo && lastChecked) return checkUpTo(box);
  check(box, !box.checked);
  paint();
};
on("click", "#list a[data-open]", (event, link) => {
  mark(link.closest("tr"));
  if ($(".split")) $(".split").setAttribute("data-open", "");
});
on("dblclick", "#list tr[data-row]", (event, row) => event.target.closest("a, button, input") || opener(row)?.click());
on("click", "[data-step]", (event, button) => step(Number(button.dataset.step)));
export const closeReader = () => {
  const split = $(".split[data-open]");
  if (!split || getComputedStyle($(".split__list")).display !== "none") return false;
  split.removeAttribute("data-open");
  opener(current())?.focus();
  return true;
};
on("click", "[data-reader-back]", (event) => {
  event.preventDefault();
  closeReader();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "list") document.dispatchEvent(new Event("mailroom:counts"));
  if (event.target.id === "reader" && getComputedStyle($(".split__list") ?? document.body).display === "none") $("#reader")?.focus();
});

// Actions: the toolbar's buttons send the chosen rows, those of other pages too.
// They act on the criteria and the search as they stand, also while the list for them is still on its way.
const query = () => {
  const forms = $$("form.criteria, form.search[hx-target='#list']");
  const fields = new Set(forms.flatMap((form) => [...form.elements].map((field) => field.name)));
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => !fields.has(name));
  return [...kept, ...forms.flatMap((form) => [...new FormData(form)])].filter(([name, value]) => ![...PAGING, "ids"].includes(name) && value);
};
on("submit", "[data-rows], [data-rows-of-reader]", (event, form) => {
  const button = event.submitter;
  if (!button) return event.preventDefault();
  event.preventDefault();
  const isList = "rows" in form.dataset;
  const ids = isList ? [...chosen()] : [];
  const all = isList && (everything || button.name === "everything");
  const open = $("[data-open-row]:not(:disabled)", form)?.value;
  const fallback = isList && !ids.length && open ? [open] : isList ? [] : $$("input[name=ids]", form).map((one) => one.value);
  const sent = ids.length ? ids : fallback;
  if (isList && "needsRows" in button.dataset && !all && !sent.length) return show(words("none"), true);
  const url = new URL(button.getAttribute("formaction") || location.href, location.href);
  if (button.formMethod === "get") {
    sent.forEach((id) => url.searchParams.append("ids", id));
    return "dialogSubmit" in button.dataset ? load(url.pathname + url.search, button) : location.assign(url);
  }
  if (isList) query().forEach(([name, value]) => url.searchParams.append(name, value));
  const bare = document.createElement("form");
  bare.action = url.pathname + url.search;
  const extra = all ? [["everything", "1"]] : sent.map((id) => ["ids", id]);
  button.setAttribute("aria-busy", "true");
  send(bare, null, [...extra, ["next", location.pathname + location.search], ["csrfmiddlewaretoken", form.csrfmiddlewaretoken.value]])
    .finally(() => button.removeAttribute("aria-busy"));
});
// Export: a real form, so that the browser takes the answer as a download.
on("click", "[data-export]", (event, link) => {
  event.preventDefault();
  const form = document.createElement("form");
  const url = new URL(link.href);
  query().forEach(([name, value]) => url.searchParams.append(name, value));
  form.method = "post";
  form.action = url;
  const ids = everything ? [] : [...chosen()];
  for (const [name, value] of [...ids.map((id) => ["ids", id]), ["csrfmiddlewaretoken", $("#rows").csrfmiddlewaretoken.value]]) {
    const field = document.createElement("input");
    field.type = "hidden";
    [field.name, field.value] = [name, value];
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
  link.closest("details").open = false;
});
on("submit", "[data-undo]", (event, form) => {
  event.preventDefault();
  form.closest(".toast").remove();
  send(form, event.submitter);
});
// What is checked stays checked until something was done with those rows.
document.addEventListener("mailroom:acted", ({ detail: ids }) => {
  if (ids.includes("everything")) return clear();
  const left = chosen();
  if (ids.filter((id) => left.delete(id)).length) { keep(left); paint(); }
});
document.addEventListener("mailroom:refresh", () => {
  fetchPart("list", () => list()?.dataset.url);
  fetchPart("reader", readerAddress);
});
const readerAddress = () => {
  const record = $("#reader")?.dataset.record;
  if (!record) return "";
  const address = new URL(location.href);
  address.searchParams.set("open", record);
  return address.pathname + address.search;
};
export const toggleView = () => $("form[data-view] button[aria-pressed=false]")?.click();
