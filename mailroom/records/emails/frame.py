"""The document that shows a mail's body inside its sandboxed frame: cleaned, quotes folded, remote images held back."""

import re
from urllib.parse import quote

from mailroom.mime import bodies, remote_images

PICTURES = frozenset({"image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/bmp"})
CID = re.compile(r"""(<img\b[^>]*?\bsrc=")cid:([^"]+)(")""", re.IGNORECASE)
STYLE = (
    "html{color-scheme:light}body{margin:0;font:15px/1.6 'Inter Variable',Inter,system-ui,sans-serif;color:#10242c;"
    "background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}a{color:#0b5c7a}pre{white-space:pre-wrap}"
    "blockquote{margin:0 0 0 4px;padding-left:12px;border-left:2px solid #c8d3d9;color:#4a5d66}table{max-width:100%}"
    "p{margin:0 0 12px}"
)


def has_remote_images(html: str) -> bool:
    """Whether showing the body whole would ask other servers for images."""
    return bool(html) and remote_images.any_in(html)


def document(html: str, text: str, email_id: int, images: bool) -> str:
    """The whole document. `images` lets remote images in; inline ones come from our own address."""
    body = bodies.sanitise_html(html) if html.strip() else bodies.html_from_text(text)
    body = CID.sub(lambda found: f"{found[1]}/cr306015/{email_id}/inline/{quote(found[2], safe='')}{found[3]}", body)
    if not images:
        body = remote_images.hold(body)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><base target="_blank"><style>{STYLE}</style></head>'
        f'<body dir="auto">{body}</body></html>'
    )
