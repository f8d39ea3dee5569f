// Mail bodies: a frame is as high as its document, which runs no script of its own. Banners that did their work go.
import { dress, on, $$ } from "./dom.js";

const LONGEST_WAIT = 1000;
const HEIGHT_UNTIL_KNOWN = "150";

const fit = (frame) => {
  const height = () => {
    const page = frame.contentDocument?.documentElement;
    if (!page) { frame.height ||= HEIGHT_UNTIL_KNOWN; return; } // the browser's own page for what did not come
    const scrollbar = page.scrollWidth > page.clientWidth ? 16 : 0;
    frame.height = String(Math.min(Math.max(Math.ceil(page.getBoundingClientRect().height) + scrollbar, 40), 40000));
  };
  const watch = () => {
    height();
    if (frame.contentDocument?.body && window.ResizeObserver) new ResizeObserver(height).observe(frame.contentDocument.body);
  };
  frame.addEventListener("load", watch);
  setTimeout(() => { frame.height ||= HEIGHT_UNTIL_KNOWN; }, LONGEST_WAIT); // what stands below waits for no foreign server's picture
  if (frame.contentDocument?.readyState === "complete") watch();
};
dress((root) => $$("iframe[data-fit]", root instanceof Element ? root.parentElement ?? root : root).forEach((frame) => {
  if (!frame.dataset.fitted) { frame.dataset.fitted = "1"; fit(frame); }
}));
on("click", "[data-show-images], [data-show-all]", (event, link) => link.closest(".banner").remove());
