// Sort: a press of a column's head with Shift, or Shift+Enter on it, adds the column to the order.
document.addEventListener("click", (event) => {
  const link = event.shiftKey && event.target instanceof Element && event.target.closest("#list a.sort");
  if (!link) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  window.htmx.ajax("GET", link.dataset.add, { source: link, target: "#list", swap: "outerHTML" });
}, true);
