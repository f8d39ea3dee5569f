// Live windows: ask for the change mark, almost twice a second; when it moved, fetch list and counts without moving what one reads.
import { $, $$ } from "./dom.js";
import { fetchPart, here, pending } from "./parts.js";

const EVERY = 600;
const SLOWEST = 30000;
let wait = EVERY;
let known = document.getElementById("standing")?.dataset.mark ?? "";

const busy = () => pending("list") || $("dialog[open], details.menu[open], #list[aria-busy], #list [aria-busy=true]");
const scroller = () => $("#list .datagrid");

const refresh = async (list) => {
  const before = new Set($$("tr[data-row]", list).map((row) => row.dataset.row));
  const box = scroller();
  const top = box?.scrollTop ?? 0;
  const anchor = top > 0 ? $$("tr[data-row]", list).find((row) => row.offsetTop >= top) : null;
  const [key, offset] = [anchor?.dataset.row, anchor ? anchor.offsetTop - top : 0];
  const focused = list.contains(document.activeElement) ? document.activeElement.closest("tr")?.dataset.row : "";
  await fetchPart("list", here);
  const fresh = scroller();
  const held = key && $(`#list tr[data-row="${key}"]`);
  if (fresh && held) fresh.scrollTop = held.offsetTop - offset;
  if (focused) $(`#list tr[data-row="${focused}"] a, #list tr[data-row="${focused}"] input`)?.focus({ preventScroll: true });
  $$("#list tr[data-row]").filter((row) => !before.has(row.dataset.row)).forEach((row) => row.classList.add("is-new"));
};

// The mark; null when the server cannot be asked, or has signed one out.
const read = async () => {
  const answer = await fetch("/changes/");
  return answer.ok && !answer.redirected ? answer.text() : null;
};
const look = async () => {
  const mark = document.hidden ? null : await read().catch(() => null);
  wait = document.hidden || mark !== null ? EVERY : Math.min(SLOWEST, wait * 2);
  if (mark === null) return;
  const list = document.getElementById("list");
  if (list?.dataset.mark && list.dataset.mark !== mark) {
    if (!busy()) await refresh(list);
  } else if (!list?.dataset.mark && known && known !== mark) document.dispatchEvent(new Event("mailroom:counts"));
  known = mark;
};
const forever = () => look().finally(() => setTimeout(forever, wait));
setTimeout(forever, EVERY);
document.addEventListener("visibilitychange", () => { wait = EVERY; });
