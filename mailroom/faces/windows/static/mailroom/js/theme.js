// Light or dark, the navigation pane, menus: what stands round every window.
import { $, $$, on, save } from "./dom.js";

const root = document.documentElement;
on("submit", "[data-theme-form]", (event) => {
  event.preventDefault();
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  save("theme", root.dataset.theme);
});
on("submit", "[data-favourite]", (event, form) => {
  event.preventDefault();
  const button = $("button", form);
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  save("favourite", button.value);
});

export const togglePane = () => {
  const app = $(".app");
  const nav = $("#nav");
  if (matchMedia("(max-width: 1100px)").matches) return nav.toggleAttribute("data-open");
  app.dataset.nav = app.dataset.nav === "closed" ? "open" : "closed";
  save("nav", app.dataset.nav);
};
on("click", "[data-nav-toggle]", togglePane);
on("click", "[data-nav-open]", (event) => {
  event.preventDefault();
  togglePane();
  $("#nav a")?.focus();
});
document.addEventListener("click", (event) => {
  $$("details.menu[open]").forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  const nav = $("#nav[data-open]");
  if (nav && !nav.contains(event.target) && !event.target.closest("[data-nav-open]")) nav.removeAttribute("data-open");
});
on("click", ".menu__list button, .menu__list a", (event, item) => item.closest("details.menu")?.removeAttribute("open"));
on("click", "[data-print]", () => window.print());
on("click", "[data-refresh]", () => {
  document.body.dispatchEvent(new Event("mailroom:refresh", { bubbles: true }));
  document.dispatchEvent(new Event("mailroom:counts"));
});
on("click", "[data-remove]", (event, button) => $(button.dataset.remove)?.replaceChildren());

// Menus open by key too: arrows walk through the commands.
on("keydown", "details.menu[open]", (event, menu) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = $$(".menu__item:not(:disabled)", menu);
  items.at((items.indexOf(document.activeElement) + step + items.length) % items.length)?.focus();
});

// Counts of the navigation pane: fetched after what changes them.
let counted = 0;
document.addEventListener("mailroom:counts", () => {
  clearTimeout(counted);
  counted = setTimeout(async () => {
    const pane = document.getElementById("nav-windows");
    const answer = await fetch(`/navigation/?window=${pane.dataset.window}`).catch(() => null);
    if (answer?.ok) window.htmx.swap(pane, await answer.text(), { swapStyle: "outerHTML" });
  }, 800);
});
