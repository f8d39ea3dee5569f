// Drafts saved while typing: one save at a time, each from a known version; a copy stays here until the server has it.
import { $, $$, dress, on, token } from "../dom.js";
import { show } from "../toast.js";
import * as local from "./local.js";

const PAUSE = 1200;
const LONGEST_WAIT = 8000;
const KEEPALIVE = 60000;
let saved = "";
let running = null;
let timer = 0;
let since = 0;
let stopped = false;

export const form = () => $("form[data-compose]");
const words = (name) => document.getElementById("compose-words")?.dataset[name] ?? "";
const state = (one) => JSON.stringify(local.valuesOf(one));
const tell = (text) => $$("[data-draft-status]").forEach((one) => { one.textContent = text; });
const addressOf = (one) => (one.dataset.id ? `/cr306015/${one.dataset.id}/draft/` : "/cr306015/new/draft/");
const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

const post = (url, values, more = {}) =>
  fetch(url, { method: "POST", headers: { "X-CSRFToken": token() }, body: new URLSearchParams(values), ...more });
const bodyOf = (one, extra) => ({
  ...local.valuesOf(one), account_text: one.elements.account_text?.value ?? "", version: one.elements.version.value, draft_key: one.elements.draft_key.value, ...extra,
});

const note = (one, facts) => {
  const first = !one.dataset.id;
  one.dataset.id = facts.id;
  one.elements.version.value = facts.version;
  tell(facts.words);
  if (!first) return;
  history.replaceState(history.state, "", facts.url);
  one.setAttribute("action", facts.url);
  one.setAttribute("hx-post", facts.url);
  window.htmx.process(one);
  const commands = document.getElementById("record-commands");
  commands.insertAdjacentHTML("beforeend", `<input type="hidden" name="ids" value="${facts.id}">`);
  commands.elements.next.value = facts.url;
  $$("[data-draft-address][formaction]").forEach((button) => button.setAttribute("formaction", withId(button.dataset.draftAddress)));
  $$("[data-command=delete], [data-command=discard]").forEach((button) => { button.hidden = false; });
};
export const withId = (address) => address.replace("/0/", `/${form().dataset.id}/`);

const once = async (one, extra) => {
  const sent = state(one);
  tell(words("saving"));
  local.keep(one);
  let answer;
  try { answer = await post(addressOf(one), bodyOf(one, extra)); } catch { tell(words("kept")); return false; }
  const facts = await answer.json().catch(() => ({}));
  if (answer.ok) {
    local.drop(one);
    note(one, facts);
    saved = sent;
    if (state(one) !== sent) later(one);
    return true;
  }
  if (answer.status === 409) {
    stopped = true;
    one.dataset.newest = facts.version;
    $("[data-stale-words]", one).textContent = facts.words;
    $("[data-stale]", one).hidden = false;
  }
  tell(facts.words ?? words("kept"));
  if (answer.status === 422) show(facts.words, true);
  return false;
};

// Saves what the page shows; a save that runs is waited for, so that no version is skipped.
export const save = async (extra = {}) => {
  clearTimeout(timer);
  since = 0;
  while (running) await running;
  const one = form();
  if (!one || (stopped && !extra.overwrite)) return false;
  running = once(one, extra).finally(() => { running = null; });
  return running;
};
export const ensure = async () => Boolean(form()?.dataset.id) || save();

const later = (one) => {
  if (stopped) return;
  since = since || Date.now();
  clearTimeout(timer);
  timer = setTimeout(save, Math.max(0, Math.min(PAUSE, LONGEST_WAIT - (Date.now() - since))));
};
const changed = (one) => {
  if (state(one) === saved) return;
  local.keep(one);
  later(one);
};
for (const type of ["input", "change"]) on(type, "form[data-compose]", (event, one) => changed(one));

// A closed tab: the copy stays here, and what is small enough is sent on the way out.
const leave = () => {
  const one = form();
  if (!one || stopped || one.dataset.leaving || state(one) === saved) return;
  local.keep(one);
  const body = bodyOf(one, {});
  if (JSON.stringify(body).length < KEEPALIVE) post(addressOf(one), body, { keepalive: true }).catch(() => {});
};
addEventListener("pagehide", leave);

on("click", "[data-save]", async (event) => {
  if (!form()) return;
  event.preventDefault();
  if (await save()) show($("[data-draft-status]").textContent);
});
on("click", "[data-mine]", (event, button) => {
  event.preventDefault();
  save({ overwrite: "1" }).then((done) => {
    if (!done) return;
    stopped = false;
    button.closest("[data-stale]").hidden = true;
  });
});
on("click", "[data-theirs]", (event) => {
  event.preventDefault();
  local.drop(form());
  form().dataset.leaving = "1";
  location.reload();
});

// The editor keeps keys to itself: Ctrl+Enter and Ctrl+S are caught before it.
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || !event.target.closest?.(".jodit-wysiwyg") || !form()) return;
  const wanted = { Enter: "[data-command=send]", s: "[data-save]" }[event.key];
  if (!wanted) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) $(wanted)?.click();
}, true);

// Send and Save and close wait for a save that runs; afterwards the page knows the version that they made.
document.addEventListener("submit", (event) => {
  const one = event.target;
  if (!one.matches?.("form[data-compose]")) return;
  clearTimeout(timer);
  if (running) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;  // pressed anew: htmx takes the button's value from the press
    running.finally(() => (button ? button.click() : one.requestSubmit()));
    return;
  }
  one.dataset.leaving = "1";
}, true);
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const one = form();
  if (!one || detail.elt !== one) return;
  delete one.dataset.leaving;
  if (!(detail.xhr.status >= 200 && detail.xhr.status < 400)) return;  // htmx calls no answer successful that leads elsewhere
  saved = state(one);
  local.drop(one);
  if (detail.xhr.getResponseHeader("HX-Redirect")) one.dataset.leaving = "1";
});
document.addEventListener("mailroom:draft", ({ detail }) => note(form(), detail));
on("click", "[data-correct]", (event, button) => {
  document.dispatchEvent(new CustomEvent("compose:correct", { detail: { from: button.dataset.correct, to: button.dataset.better } }));
  button.closest("li").remove();
});
on("submit", "form[data-compose]", () => document.getElementById("dialog")?.close());
on("click", "[data-preview]", async (event, button) => {
  await ensure();
  if (state(form()) !== saved) await save();
  document.dispatchEvent(new CustomEvent("mailroom:dialog", { detail: { url: withId(button.dataset.draftAddress) } }));
});

// Text that had not reached the server comes back.
const fill = (one, values) => {
  for (const name of local.FIELDS) {
    if (name === "body") { if (one.elements.body.jodit) one.elements.body.jodit.value = values.body; one.elements.body.value = values.body; }
    else if (name !== "account") one.elements[name].dispatchEvent(new CustomEvent("tokens:set", { bubbles: true, detail: values[name] }));
  }
  one.elements.subject.value = values.subject;
};
const banner = (one, text, at) => {
  const box = $("[data-restored]", one);
  $("[data-restored-words]", box).textContent = text.replace("%s", clock(at));
  box.hidden = false;
  return box;
};
const restore = (one) => {
  const copy = local.kept(one);
  if (!copy) return;
  if (local.same(copy.values, local.valuesOf(one))) return local.drop(one);
  const use = () => { fill(one, copy.values); later(one); };
  const box = banner(one, $("[data-restored-words]", one).dataset.words, copy.at);
  const button = $("[data-use]", box);
  button.hidden = copy.version === one.elements.version.value;
  if (button.hidden) use();
  button.addEventListener("click", () => { use(); box.hidden = true; });
  $("[data-drop]", box).addEventListener("click", () => { local.drop(one); one.dataset.leaving = "1"; location.reload(); });
};
const adopt = async (one) => {
  for (const { key, copy } of local.orphans(one)) {
    const answer = await post("/cr306015/new/draft/", { ...copy.values, version: "0", draft_key: copy.key }).catch(() => null);
    if (!answer) return;
    localStorage.removeItem(key);
    if (!answer.ok) continue;
    const facts = await answer.json();
    const box = banner(one, $("[data-restored-words]", one).dataset.wordsNew, copy.at);
    const button = $("[data-use]", box);
    button.hidden = false;
    button.addEventListener("click", () => { location.href = facts.url; });
    $("[data-drop]", box).addEventListener("click", () => { box.hidden = true; });
  }
};

// A new mail begins at To, an answer at the start of its text.
const begin = (one) => {
  if (document.activeElement !== document.body || $("[data-errors]", one)) return;
  const [to, editor] = [$("[data-field=to] input[role=combobox]", one), one.elements.body.jodit];
  if (one.elements.to.value && editor) { editor.s.focus(); editor.s.setCursorIn(editor.editor.firstElementChild ?? editor.editor, true); } else to?.focus();
};

dress(() => {
  const one = form();
  if (!one || one.dataset.started) return;
  one.dataset.started = "1";
  stopped = !$("[data-stale]", one).hidden;
  saved = $("[data-errors]", one) || stopped ? "" : state(one);
  $$("[data-script]").forEach((element) => { element.hidden = false; });
  if (!stopped) restore(one);
  if (!one.dataset.id) adopt(one);
  begin(one);
});
document.addEventListener("htmx:load", (event) => $$("[data-script][hidden]", event.target).forEach((element) => { element.hidden = false; }));
