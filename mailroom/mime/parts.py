"""Walks the MIME tree of a message (RFC 2045 to 2049): its bodies, its files and its shape."""

import binascii
import email.message
import email.utils
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailroom.mime import bodies, charsets, tnef
from mailroom.mime.message import Attachment, Defect, Structure

DEEPEST = 60
NEVER_BODY = frozenset(
    {"text/calendar", "text/x-vcard", "text/vcard", "text/rfc822-headers", "text/csv", "text/x-amp-html"}
)
REPORTS = frozenset({"message/delivery-status", "message/disposition-notification", "message/feedback-report"})


@dataclass(slots=True)
class Walked:
    """What a walk found."""

    structure: Structure = field(default_factory=lambda: Structure("text/plain"))
    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    calendars: list[bytes] = field(default_factory=list)
    reports: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def html(self) -> str:
        """The HTML body; several HTML parts follow each other."""
        return "\n".join(self.htmls)

    @property
    def text(self) -> str:
        """The text body, made from the HTML where the message has none."""
        text = "\n".join(part for part in self.texts if part.strip())
        return text if text.strip() or not self.htmls else bodies.text_from_html(self.html)

    @property
    def text_is_derived(self) -> bool:
        """Whether the text body was made from the HTML."""
        return bool(self.htmls) and not any(part.strip() for part in self.texts)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All files; those the HTML shows by Content-ID are inline."""
        shown = self.html
        return tuple(
            _shown_inline(file) if file.content_id and f"cid:{file.content_id}" in shown else file
            for file in self.files
        )


def _shown_inline(file: Attachment) -> Attachment:
    return Attachment(file.name, file.type, file.content, file.content_id, inline=True)


def walk(tree: email.message.Message, defects: list[Defect]) -> Walked:
    """Everything in the tree, in order."""
    found = Walked()
    found.structure = _visit(tree, found, defects, 0, alternative=False)
    if tree.defects:
        names = {type(item).__name__ for item in tree.defects}
        defects.extend(Defect(_code(name), f"The MIME structure is broken: {_words(name)}.") for name in sorted(names))
    return found


def _visit(
    part: email.message.Message, found: Walked, defects: list[Defect], depth: int, alternative: bool
) -> Structure:
    kind = part.get_content_type()
    if depth > DEEPEST:
        defects.append(Defect("too-deep", "The message nests deeper than sixty parts; the rest is left as it is."))
        return Structure(kind)
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        inner = tuple(
            _visit(child, found, defects, depth + 1, kind == "multipart/alternative") for child in _children(part)
        )
        return Structure(kind, inner)
    if kind in REPORTS:
        found.reports.append((kind, _report_bytes(part)))
        return Structure(kind)
    if part.is_multipart():
        _nested_message(part, kind, found)
        return Structure(kind, tuple(shape(child, depth + 1) for child in _children(part)))
    _leaf(part, kind, found, defects, alternative)
    return Structure(kind)


def _children(part: email.message.Message) -> Iterator[email.message.Message]:
    payload = part.get_payload()
    return (
        (child for child in payload if isinstance(child, email.message.Message))
        if isinstance(payload, list)
        else iter(())
    )


def shape(part: email.message.Message, depth: int = 0) -> Structure:
    """The shape alone of a nested message."""
    inner = tuple(shape(child, depth + 1) for child in _children(part)) if depth <= DEEPEST else ()
    return Structure(part.get_content_type(), inner)


def _report_bytes(part: email.message.Message) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"\n\n".join(child.as_bytes() for child in payload if isinstance(child, email.message.Message))
    return content_of(part, [])


def _nested_message(part: email.message.Message, kind: str, found: Walked) -> None:
    """A forwarded message is a file that opens as a mail of its own."""
    inner = next(_children(part), None)
    if inner is None:
        return
    try:
        content = inner.as_bytes()
    except (UnicodeError, KeyError, LookupError, TypeError, AttributeError, ValueError):
        content = b""
    subject = charsets.decode_words(str(inner.get("subject", "")))
    readable = re.sub(r"[^\w .-]+", "_", " ".join(subject.split()))[:80]
    name = filename(part) or f"{readable or 'message'}.eml"
    found.files.append(Attachment(name, kind, content, _content_id(part)))


def _leaf(part: email.message.Message, kind: str, found: Walked, defects: list[Defect], alternative: bool) -> None:
    content = content_of(part, defects)
    name = filename(part)
    disposition = str(part.get_content_disposition() or "")
    if kind == "text/calendar":
        found.calendars.append(content)
    if kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or name.lower() == "winmail.dat":
        _unpack_tnef(content, name, kind, found, defects)
        return
    is_text = part.get_content_maintype() == "text" and kind not in NEVER_BODY
    if is_text and disposition != "attachment" and (not name or (disposition == "inline" and alternative)):
        text, code = charsets.decode(content, str(part.get_param("charset", "") or "") if _simple_charset(part) else "")
        if code and code != "charset-missing":
            defects.append(Defect(code, "The declared character set is not the one the text is written in."))
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        (found.htmls if kind == "text/html" else found.texts).append(text)
        return
    if kind == "text/calendar" and alternative:
        return
    found.files.append(Attachment(name, kind, content, _content_id(part), disposition == "inline"))


def _simple_charset(part: email.message.Message) -> bool:
    return isinstance(part.get_param("charset", ""), str)


def _unpack_tnef(content: bytes, name: str, kind: str, found: Walked, defects: list[Defect]) -> None:
    unpacked = tnef.unpack(content)
    if unpacked is None:
        defects.append(Defect("tnef-broken", "A winmail.dat could not be opened; it is kept as a file."))
        found.files.append(Attachment(name or "winmail.dat", kind, content))
        return
    if unpacked.html and not found.htmls:
        found.htmls.append(unpacked.html)
    if unpacked.text and not "".join(found.texts).strip():
        found.texts.append(unpacked.text)
    found.files.extend(unpacked.files)
    found.calendars.extend(file.content for file in unpacked.files if file.type == "text/calendar")


def content_of(part: email.message.Message, defects: list[Defect]) -> bytes:
    """The decoded content of a leaf; a broken transfer encoding gives what can be decoded (RFC 2045 §6)."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return b""
    raw = payload.encode("ascii", "surrogateescape") if _escapable(payload) else payload.encode("utf-8", "replace")
    encoding = str(part.get("content-transfer-encoding", "")).strip().strip("\"'").lower()
    if encoding == "base64":
        return _base64(raw, defects)
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return _uuencoded(raw)
    return raw


def _escapable(text: str) -> bool:
    try:
        text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _base64(raw: bytes, defects: list[Defect]) -> bytes:
    clean = re.sub(rb"[^A-Za-z0-9+/=]", b"", raw)
    body = clean.split(b"=", 1)[0] if b"=" in clean.rstrip(b"=") and len(clean.split(b"=", 1)[0]) % 4 == 0 else clean
    body = body.replace(b"=", b"")
    if len(body) % 4 == 1:
        defects.append(Defect("base64-broken", "A part's base64 text is cut or damaged; what could be read is shown."))
        body = body[:-1]
    return binascii.a2b_base64(body + b"=" * (-len(body) % 4))


def _uuencoded(raw: bytes) -> bytes:
    lines = []
    for line in raw.splitlines():
        if line.startswith((b"begin ", b"end", b"`")) or not line:
            continue
        try:
            lines.append(binascii.a2b_uu(line))
        except binascii.Error:
            count = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                lines.append(binascii.a2b_uu(line[:count]))
            except binascii.Error:
                continue
    return b"".join(lines)


def filename(part: email.message.Message) -> str:
    """The file name of a part (RFC 2183, RFC 2231), path and control characters taken off."""
    try:
        name = part.get_filename("") or ""
    except (ValueError, TypeError, IndexError, LookupError, UnicodeError, AttributeError):
        name = ""
    if isinstance(name, str) and not name.isascii():
        name = charsets.decode(name.encode("utf-8", "surrogateescape"))[0]
    decoded = charsets.decode_words(name)
    decoded = re.split(r"[\\/]", decoded)[-1]
    return "".join(char for char in decoded if char.isprintable()).strip()


def _content_id(part: email.message.Message) -> str:
    return str(part.get("content-id", "")).strip().strip("<>").strip()


def _code(name: str) -> str:
    return "mime-" + _words(name.removesuffix("Defect")).replace(" ", "-")


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Defect")).lower()
