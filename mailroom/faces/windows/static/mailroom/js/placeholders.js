// Templates: a placeholder goes where the cursor stood last, in the text, the subject or an address.
import { $, $$, on } from "./dom.js";

const FIELDS = "#id_to, #id_cc, #id_bcc, #id_subject";
let last = null;
document.addEventListener("focusin", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.matches(FIELDS)) last = event.target;
  else if (event.target.closest(".editor")) last = null;
});
on("click", "[data-insert]", (event, button) => {
  const text = button.dataset.insert;
  if (last?.isConnected && !text.startsWith("<")) {
    last.setRangeText(text, last.selectionStart, last.selectionEnd, "end");
    last.focus();
    return last.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const area = $("textarea[data-editor]");
  if (!area.jodit) return area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.jodit.s.focus();
  area.jodit.s.insertHTML(text);
});
on("input", "[data-picker-search]", (event, box) => {
  event.stopPropagation();
  const words = box.value.toLowerCase().split(/\s+/);
  for (const item of $$("[data-picker] li")) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
});
