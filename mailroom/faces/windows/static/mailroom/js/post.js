// Sends a form by htmx with the button that was pressed; answers come as fragments, toasts and events.
export const send = (form, submitter, extra = []) => {
  const data = new FormData(form, submitter);
  for (const [name, value] of extra) data.append(name, value);
  const values = {};
  for (const [name, value] of data) values[name] = name in values ? [].concat(values[name], value) : value;
  const url = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  submitter?.setAttribute("aria-busy", "true");
  return window.htmx
    .ajax("POST", url, { values, swap: "none", target: document.body, source: document.body })
    .finally(() => submitter?.removeAttribute("aria-busy"));
};
