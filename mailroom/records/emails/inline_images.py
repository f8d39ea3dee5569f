"""Pictures inside a draft: related parts by Content-ID, shown in the editor from our own address."""

import base64
import binascii
import re
import uuid
from urllib.parse import quote, unquote

from mailroom.records.emails import compose
from mailroom.records.emails.models import Attachment, Email

TYPES = {"png": "png", "jpeg": "jpg", "jpg": "jpg", "gif": "gif", "webp": "webp", "bmp": "bmp"}
DATA = re.compile(r'(<img\b[^>]*?\bsrc=")data:image/([a-z]+);base64,([A-Za-z0-9+/=\s]+)(")', re.IGNORECASE)
CID = re.compile(r'(<img\b[^>]*?\bsrc=")cid:([^"]+)(")', re.IGNORECASE)
OWN = re.compile(r'(<img\b[^>]*?\bsrc=")(?:https?://[^/"]+)?/cr306015/\d+/inline/([^"?#]+)[^"]*(")', re.IGNORECASE)


def address(email_id: int, content_id: str) -> str:
    """Where the editor shows a picture from."""
    return f"/cr306015/{email_id}/inline/{quote(content_id, safe='')}"


def shown(email_id: int, html: str) -> str:
    """HTML for the editor: `cid:` pictures by their address."""
    return CID.sub(lambda found: f"{found[1]}{address(email_id, found[2])}{found[3]}", html)


def kept(html: str) -> str:
    """HTML as it is stored: the editor's addresses back to `cid:`."""
    return OWN.sub(lambda found: f"{found[1]}cid:{unquote(found[2])}{found[3]}", html)


def take_data(email: Email, html: str) -> str:
    """Pictures that were pasted as data become related parts; raises compose.TooLarge, status.Refused."""

    def part(found: re.Match[str]) -> str:
        kind = found[2].lower()
        try:
            content = base64.b64decode("".join(found[3].split()), validate=True)
        except (binascii.Error, ValueError):
            return f"{found[1]}{found[4]}"
        if kind not in TYPES:
            return f"{found[1]}{found[4]}"
        return f"{found[1]}cid:{add(email, f'image.{TYPES[kind]}', f'image/{kind}', content).content_id}{found[4]}"

    return DATA.sub(part, html)


def add(email: Email, name: str, content_type: str, content: bytes) -> Attachment:
    """A picture as a related part with a Content-ID of its own; raises compose.TooLarge, status.Refused."""
    return compose.attach(email, name, content_type, content, content_id=f"{uuid.uuid4().hex}@mailroom")


def drop_unused(email: Email) -> None:
    """Pictures that the text shows no more do not travel along."""
    html = email.content.html
    unused = [row.pk for row in email.attachments.filter(inline=True) if row.content_id not in html]
    email.attachments.filter(pk__in=unused).delete()
