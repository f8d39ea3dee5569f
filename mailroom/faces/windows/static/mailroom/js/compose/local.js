// Copies of unsaved text in this browser: none is lost when a tab closes or the network is gone.
const START = "compose:";
const keyOf = (form) => `${START}${form.dataset.person}:${form.dataset.id || form.elements.draft_key.value}`;
export const FIELDS = ["account", "to", "cc", "bcc", "subject", "body"];

export const valuesOf = (form) => Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value ?? ""]));
const text = (html) => new DOMParser().parseFromString(html, "text/html").body.textContent.replace(/\s+/g, "");
export const same = (one, other) => FIELDS.every((name) => (name === "body" ? text(one.body) === text(other.body) : one[name] === other[name]));

export const keep = (form) => {
  const copy = { at: Date.now(), id: form.dataset.id, version: form.elements.version.value, key: form.elements.draft_key.value, values: valuesOf(form) };
  try { localStorage.setItem(keyOf(form), JSON.stringify(copy)); } catch { /* full or forbidden: the server's copy remains */ }
};
export const drop = (form) => localStorage.removeItem(keyOf(form));
export const kept = (form) => read(keyOf(form));
export const orphans = (form) =>
  Object.keys(localStorage).filter((key) => key.startsWith(`${START}${form.dataset.person}:`) && key !== keyOf(form))
    .map((key) => ({ key, copy: read(key) })).filter(({ copy }) => copy && !copy.id);
const read = (key) => {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
};
