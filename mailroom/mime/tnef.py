"""winmail.dat (MS-OXTNEF): body, files and calendar of a mail that Outlook wrapped."""

import contextlib
import logging
from dataclasses import dataclass
from typing import Any

from mailroom.mime import file_names
from mailroom.mime.message import Attachment

LARGEST = 60_000_000
LARGEST_RICH_TEXT = 4_000_000  # bytes; longer text stays unread rather than hold up the mail
LEVELS = b"\x01\x02"  # an attribute begins with that of the message or of a file
HEADER, LEAST = 6, 11  # bytes before the first attribute, and of an empty one


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was inside."""

    text: str
    html: str
    files: tuple[Attachment, ...]
    cut: bool


def unpack(content: bytes) -> Unpacked | None:
    """The inside of a winmail.dat, or None when it cannot be opened or is too large."""
    if len(content) > LARGEST:
        return None
    from tnefparse import TNEF  # costly to load, needed for few messages

    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)
    try:
        opened = TNEF(content, do_checksum=False)
        text, html = _text(getattr(opened, "body", "")), _text(getattr(opened, "htmlbody", ""))
        files = tuple(_file(item) for item in opened.attachments)
    except Exception:  # the library fails in many ways on damaged input
        return None
    if not text.strip() and not html.strip():
        text = _rich_text(opened)
    return Unpacked(text, html, files, _is_cut(content))


def _rich_text(opened: Any) -> str:
    """The words of a body that is there as compressed RTF alone (MS-OXRTFCP), as Outlook's rich text is."""
    from striprtf.striprtf import rtf_to_text  # costly to load, needed for few messages

    try:
        rtf = opened.rtfbody or b""
        if len(rtf) > LARGEST_RICH_TEXT:
            return ""
        return _text(rtf_to_text(rtf.decode("latin-1"), errors="replace"))  # type: ignore[no-untyped-call]  # it says none
    except Exception:  # damaged rich text: the files are worth having all the same
        return ""


def _is_cut(content: bytes) -> bool:
    """Whether it ends within an attribute; what is no attribute at all is garbage behind the end."""
    offset = HEADER
    while len(content) - offset >= LEAST and content[offset] in LEVELS:
        offset += LEAST + int.from_bytes(content[offset + 5 : offset + 9], "little")
    rest = content[offset:]
    return offset > len(content) or (0 < len(rest) < LEAST and rest[0] in LEVELS)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        for charset in ("utf-8", "cp1252", "latin-1"):
            with contextlib.suppress(UnicodeDecodeError):
                return value.decode(charset).replace("\x00", "")
    return str(value or "").replace("\x00", "")


def _file(item: object) -> Attachment:
    long_name = getattr(item, "long_filename", None)
    name = _text(long_name() if callable(long_name) else getattr(item, "name", "")) or "file"
    kind = file_names.type_of(name)
    if name.lower().endswith(".ics"):
        kind = "text/calendar"
    data = getattr(item, "data", b"") or b""
    return Attachment(name.split("\\")[-1].split("/")[-1], kind, bytes(data))
