// Mail bodies: a frame is as high as its document, which runs no script of its own.
import { dress, $$ } from "./dom.js";

const fit = (frame) => {
  const height = () => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.height = String(Math.min(Math.max(page.scrollHeight, 40), 20000));
  };
  const watch = () => {
    height();
    if (frame.contentDocument?.body && window.ResizeObserver) new ResizeObserver(height).observe(frame.contentDocument.body);
  };
  frame.addEventListener("load", watch);
  if (frame.contentDocument?.readyState === "complete") watch();
};
dress((root) => $$("iframe[data-fit]", root instanceof Element ? root.parentElement ?? root : root).forEach((frame) => {
  if (!frame.dataset.fitted) { frame.dataset.fitted = "1"; fit(frame); }
}));
