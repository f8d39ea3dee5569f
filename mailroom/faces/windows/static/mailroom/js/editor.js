// The HTML editor of a window that writes: Jodit with settings that ask no other host and keep to the page's policy.
import { dress, $, $$ } from "./dom.js";
import { WORDS } from "./editor_words.js";

const BUTTONS = ["bold", "italic", "underline", "|", "font", "fontsize", "brush", "|", "ul", "ol", "outdent", "indent", "align", "|", "link", "image", "table", "|", "undo", "redo", "eraser", "source"];

// The editor says on a list item whether its button is pressed; only the button itself may say so.
const pressed = (container) => {
  const move = (item) => {
    $(".jodit-toolbar-button__button", item)?.setAttribute("aria-pressed", item.getAttribute("aria-pressed"));
    item.removeAttribute("aria-pressed");
  };
  const all = () => $$("[role=listitem][aria-pressed]", container).forEach(move);
  new MutationObserver(all).observe(container, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-pressed"] });
  all();
};

// No browser leaves <foreach> round the rows of a table: there a tbody repeats them, as on the server.
const TABLE_EACH = /<foreach\s+view\s*=\s*(["'])(.*?)\1\s*>(\s*<tr\b(?:(?!<foreach\b)[\s\S])*?)<\/foreach\s*>/gi;
const withTables = (html) => {
  const made = html?.replace(TABLE_EACH, '<tbody data-foreach-view="$2">$3</tbody>');
  return made === html ? html : withTables(made);
};

const start = (area) => {
  if (!window.Jodit || area.dataset.ready) return;
  area.dataset.ready = "1";
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark" || document.documentElement.dataset.theme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const editor = window.Jodit.make(area, {
    nonce: area.dataset.nonce, language: document.documentElement.lang, i18n: WORDS, theme: dark ? "dark" : "default", sourceEditor: "area", beautifyHTML: false, toolbarAdaptive: false, buttons: BUTTONS,
    showCharsCounter: false, showWordsCounter: false, showXPathInStatusbar: false, statusbar: false, minHeight: 260, height: "auto",
    askBeforePasteHTML: false, askBeforePasteFromWord: false, defaultActionOnPaste: "insert_clear_html", enter: "p", hidePoweredByJodit: true, disablePlugins: "about,ai-assistant,speech-recognize,file,video,media,powered-by-jodit,add-new-line",
    uploader: { insertImageAsBase64URI: true }, placeholder: area.getAttribute("placeholder") ?? "", safeMode: false, useNativeTooltip: true,
    events: { beforeSetValueToEditor: withTables, change: () => { area.behind = false; area.dispatchEvent(new Event("input", { bubbles: true })); } },
  });
  area.jodit = editor;
  area.behind = false;
  editor.editor.addEventListener("input", () => { area.behind = true; });
  editor.container.setAttribute("hx-disable", ""); // what was dropped or pasted gives htmx no orders
  pressed(editor.container);
  for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["tabindex", "0"]]) editor.editor.setAttribute(name, value);
  editor.editor.setAttribute("aria-label", area.getAttribute("aria-label") ?? "");
  if ("autofocus" in area.dataset) {
    editor.editor.focus();
    editor.s.setCursorIn(editor.editor.firstElementChild ?? editor.editor, true);
  }
};
dress((root) => $$("textarea[data-editor]", root instanceof Element ? root.parentElement ?? root : root).forEach(start));

// The editor hands its text to the field a moment after it was typed; whoever sends, or leaves, at once loses nothing.
const handOver = (root, whose) => $$("textarea[data-editor]", root).filter(whose).forEach((area) => { area.value = area.jodit.value; });
addEventListener("pagehide", () => handOver(document.body, (area) => area.behind), true);
document.addEventListener("submit", (event) => handOver(event.target, (area) => area.jodit), true);
document.addEventListener("htmx:confirm", ({ target }) => handOver(target.closest?.("form") ?? document.body, (area) => area.jodit));
