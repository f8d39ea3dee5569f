"""The document that shows a mail's body inside its sandboxed frame: cleaned, quotes folded, remote images held back."""

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from django.templatetags.static import static

from mailroom.mime import bodies, quotes, remote_images

PICTURES = frozenset({"image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/bmp"})
SHOWN_AT_FIRST = 400_000
CID = re.compile(r"""(<img\b[^>]*?\bsrc=")cid:([^"]+)(")""", re.IGNORECASE)
OURS = re.compile(r"""(<img\b[^>]*?\bsrc=")(?!https?:|//|data:|cid:)[^"]*(")""", re.IGNORECASE)
COLOURED = re.compile(r"""\b(?:color|background|background-color|bgcolor)\s*(?:=|:)\s*["']?[#a-z0-9]""", re.IGNORECASE)
STYLE = (
    "@font-face{font-family:'Inter Variable';font-weight:100 900;font-display:swap;"
    f"src:url({static('vendor/inter-latin-wght-normal.woff2')}) format('woff2')}}"
    "html{color-scheme:light}html.plain{color-scheme:light dark}"
    "body{margin:0;padding:1px 0;display:flow-root;font:15px/1.6 'Inter Variable',Inter,system-ui,sans-serif;"
    "color:#10242c;background:#fff;overflow-wrap:anywhere}"
    ".designed body{padding:12px}img{max-width:100%;height:auto}a{color:#0b5c7a}pre{white-space:pre-wrap}"
    "blockquote{margin:0 0 0 4px;padding-inline-start:12px;border-inline-start:2px solid #c8d3d9;color:#4a5d66}"
    "table{max-width:100%}p{margin:0 0 12px}"
    "details.fold{margin:0 0 12px}details.fold>summary{display:inline-block;cursor:pointer;list-style:none;"
    "padding:0 10px;border-radius:4px;background:#e9eef0;color:#4a5d66;font-size:12px;line-height:24px}"
    "details.fold>summary:hover{background:#dbe3e6}details.fold[open]>summary{margin-bottom:8px}"
    "@media (prefers-color-scheme:dark){.plain body{color:#e6eef1;background:transparent}.plain a{color:#7cc4e2}"
    ".plain blockquote{color:#a9bac2;border-color:#44565e}"
    ".plain details.fold>summary{background:#24343b;color:#c3d1d7}}"
    "@media print{details.fold>summary{display:none}body{background:#fff;color:#000}}"
)


@dataclass(frozen=True, slots=True)
class Showing:
    """How to show a body: with remote images, whole, as text; the words of a fold, empty for none."""

    images: bool = False
    whole: bool = False
    as_text: bool = False
    fold_words: str = ""


def has_remote_images(html: str) -> bool:
    """Whether showing the body whole would ask other servers for images."""
    return bool(html) and remote_images.any_in(html)


def is_cut(html: str, text: str) -> bool:
    """Whether only the beginning of the body is shown at first."""
    return len(html or text) > SHOWN_AT_FIRST


def document(html: str, text: str, email_id: int, showing: Showing) -> str:
    """The whole document; inline images come from our own address."""
    marks = quotes.Marks()
    limit = bodies.LARGEST_HTML if showing.whole else SHOWN_AT_FIRST
    if html.strip() and not showing.as_text:
        body = bodies.sanitise_html(quotes.mark_html(html[:limit], marks))
        body = OURS.sub(r"\1data:,\2", body)  # a mail has no pictures at addresses of ours but those below
        body = CID.sub(
            lambda found: f"{found[1]}/cr306015/{email_id}/inline/{quote(found[2], safe='')}{found[3]}", body
        )
        if not showing.images:
            body = remote_images.hold(body)
        kind = "designed" if COLOURED.search(body) else "plain"
    else:
        body, kind = quotes.paragraphs((text or bodies.text_from_html(html))[:limit], marks), "plain"
    summary = f'<details class="fold"><summary>{escape(showing.fold_words)}</summary>' if showing.fold_words else ""
    body = body.replace(marks.opening, summary).replace(marks.closing, "</details>" if summary else "")
    return (
        f'<!doctype html><html class="{kind}"><head><meta charset="utf-8"><base target="_blank"><style>{STYLE}</style>'
        f'</head><body dir="auto">{body}</body></html>'
    )
