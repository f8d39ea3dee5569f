// The writing page (CR306015).
import "../editor.js";
import "./draft.js";
import "./addresses.js";
import "./files.js";
import "./texts.js";
