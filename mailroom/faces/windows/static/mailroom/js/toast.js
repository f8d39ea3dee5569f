// Toasts: each goes after its seconds; the clock stands still under the pointer or the focus.
import { $, $$, dress, on } from "./dom.js";

const begin = (toast) => {
  if (toast.dataset.running) return;
  toast.dataset.running = "1";
  let left = Number(toast.dataset.toast) || 10;
  const text = $("span", toast);
  const full = text.textContent;
  const tick = () => {
    if (!toast.isConnected) return clearInterval(timer);
    if (toast.matches(":hover, :focus-within")) return;
    left -= 1;
    if ("countdown" in toast.dataset && left > 0) text.textContent = full.replace(/\d+(?= s)/, left);
    if (left <= 0) {
      clearInterval(timer);
      toast.remove();
      if ("countdown" in toast.dataset) document.body.dispatchEvent(new Event("mailroom:refresh", { bubbles: true }));
    }
  };
  const timer = setInterval(tick, 1000);
};
dress(() => $$("#toasts > .toast").forEach(begin));
on("click", "[data-dismiss]", (event, button) => button.closest(".toast").remove());

export const show = (text, bad = false) => {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  $("span", toast).textContent = text;
  toast.classList.toggle("toast--bad", bad);
  $("#toasts").append(toast);
  begin(toast);
};
export const undoLast = () => $$("#toasts [data-undo] button").at(-1)?.click();
