// Parts of the page. Each that the page fetches by itself has an element of its own that asks: one answer after the
// other, of what waits only the newest. Who pressed something meanwhile sees that, in whatever order the answers come.
const PAUSE = 40;
const asked = {}; // by id of the part: what is on its way there
const shown = {}; // by id: the turn of the answer that came last
let turns = 0;

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const { xhr, elt, target } = detail;
  if (!target.id || elt === target) return; // what asks for itself goes with what stood there
  const turn = ++turns;
  asked[target.id] = xhr;
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState !== XMLHttpRequest.DONE || turn < (shown[target.id] ?? 0)) return;
    shown[target.id] = turn;
    // Another answer took the place of the part that was asked for: htmx would swap into what is gone.
    if (!target.isConnected) detail.target = document.getElementById(target.id) ?? target;
  });
});
export const pending = (id) => [1, 2, 3].includes(asked[id]?.readyState);

export const sender = () => document.body.appendChild(Object.assign(document.createElement("span"), { hidden: true }));
const parts = {};
// `address()` is read when its turn comes; an empty one asks for nothing any more.
export const fetchPart = (id, address, swap = "outerHTML") => {
  const part = (parts[id] ??= { source: sender(), last: Promise.resolve() });
  part.wanted = address;
  part.last = part.last.then(async () => {
    while (part.wanted === address && pending(id)) await new Promise((go) => setTimeout(go, PAUSE));
    const [target, url] = [document.getElementById(id), address()];
    if (part.wanted !== address || !target || !url) return;
    await window.htmx.ajax("GET", url, { source: part.source, target, swap }).catch(() => {}); // app.js said it
  });
  return part.last;
};
export const here = () => location.pathname + location.search;

// A press on what was replaced while it lasted is a press on what took its place: browsers drop such a click.
const PRESSABLE = "button, a, summary, [role=option], [role=tab], input[type=checkbox], tr[data-row]";
const pressable = (event) => event.target instanceof Element && event.target.closest(PRESSABLE);
const alike = (one, other) => ["id", "name", "value", "href", "data-command", "data-row"].every((name) => one.getAttribute(name) === other.getAttribute(name)) && one.textContent === other.textContent;
let pressed = null;
document.addEventListener("mousedown", (event) => { pressed = event.button === 0 ? pressable(event) : null; }, true);
document.addEventListener("mouseup", (event) => {
  const found = pressed && !pressed.isConnected && pressable(event);
  if (found && alike(pressed, found)) found.click();
  pressed = null;
}, true);
