// Files of a draft: chosen, dropped or pasted, with progress; pictures may stand in the text.
import { $, $$, on, token } from "../dom.js";
import { close, load } from "../dialog.js";
import { ensure, form, withId } from "./draft.js";

const said = (name) => document.getElementById("compose-words")?.dataset[name] ?? "";
const complain = (text) => {
  const place = $("[data-files-error]");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
};
const put = (html) => {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const id of ["files", "files-count"]) {
    const [old, made] = [document.getElementById(id), fresh.getElementById(id)];
    if (old && made) old.replaceWith(document.adoptNode(made));
  }
  $$("#files [data-script]").forEach((element) => { element.hidden = false; });
};

const line = (file) => {
  const [item, box, name, bar, stop] = ["li", "span", "b", "progress", "button"].map((tag) => document.createElement(tag));
  item.className = "file";
  name.textContent = file.name;
  Object.assign(bar, { className: "progress progress--thin", max: 100, value: 0 });
  bar.setAttribute("aria-label", `${said("uploading")} ${file.name}`);
  Object.assign(stop, { type: "button", className: "btn btn--quiet btn--icon btn--sm", textContent: "×" });
  stop.setAttribute("aria-label", `${said("stop")}: ${file.name}`);
  box.append(name, bar);
  item.append(box, stop);
  $("[data-uploads]").append(item);
  return { item, bar, stop };
};
const send = (file, inline) =>
  new Promise((resolve) => {
    const { item, bar, stop } = line(file);
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.append("files", file, file.name || "image.png");
    if (inline) data.append("inline", "1");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total; });
    request.addEventListener("loadend", () => { item.remove(); resolve(request); });
    stop.addEventListener("click", () => request.abort());
    request.open("POST", `/cr306015/${form().dataset.id}/files/`);
    request.setRequestHeader("X-CSRFToken", token());
    request.send(data);
  });

const upload = async (files) => {
  complain("");
  const most = Number(form().dataset.most);
  if (files.reduce((sum, file) => sum + file.size, 0) > most) return complain(said("tooBig").replace("%s", Math.floor(most / 1e6)));
  if (!(await ensure())) return;
  for (const file of files) {
    const request = await send(file, false);
    if (request.status === 200) put(request.responseText);
    else if (request.status) complain(request.status === 422 ? request.responseText : said("kept"));
  }
};
const insert = async (files, editor) => {
  if (!(await ensure())) return;
  for (const file of files) {
    const request = await send(file, true);
    if (request.status === 200) editor.s.insertHTML(`<img src="${JSON.parse(request.responseText).url}" alt="">`);
    else if (request.status) complain(request.responseText);
  }
};

on("change", "#id_files", (event, input) => {
  if (!form()) return;
  const files = [...input.files];
  input.value = "";
  upload(files);
});
on("click", "[data-remove-file]", async (event, button) => {
  const answer = await fetch(button.dataset.removeFile, { method: "POST", headers: { "X-CSRFToken": token() } });
  if (answer.ok) put(await answer.text());
  document.getElementById("id_files")?.focus();
});

// Pictures pasted or dropped into the text stand there; every other file is attached.
const pictures = (list) => [...(list ?? [])].filter((file) => /^image\/(png|jpeg|gif|webp|bmp)$/.test(file.type));
const editorOf = (event) => event.target instanceof Element && event.target.closest(".jodit-wysiwyg") && form()?.elements.body.jodit;
addEventListener("paste", (event) => {
  const editor = editorOf(event);
  const found = pictures(event.clipboardData?.files);
  if (!editor || !found.length || event.clipboardData.types.includes("text/html")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  insert(found, editor);
}, true);
const carriesFiles = (event) => form() && event.dataTransfer?.types.includes("Files");
addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form().classList.add("is-over");
}, true);
addEventListener("dragleave", (event) => { if (!event.relatedTarget) form()?.classList.remove("is-over"); }, true);
addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form().classList.remove("is-over");
  const [editor, all] = [editorOf(event), [...event.dataTransfer.files]];
  const inText = editor ? pictures(all) : [];
  if (inText.length) insert(inText, editor);
  const rest = all.filter((file) => !inText.includes(file));
  if (rest.length) upload(rest);
}, true);

on("click", "[data-from-mail]", async (event, button) => {
  if (await ensure()) load(withId(button.dataset.draftAddress), button);
});
on("submit", "[data-from-mail-form]", async (event, chosen) => {
  event.preventDefault();
  const answer = await fetch(chosen.action, { method: "POST", body: new URLSearchParams(new FormData(chosen)) });
  close();
  if (answer.ok) put(await answer.text());
  else complain(await answer.text());
});
