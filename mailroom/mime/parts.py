"""Walks the MIME tree of a message (RFC 2045 to 2049): its bodies, its files and its shape."""

import io
import mimetypes
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from mailroom.mime import addresses, bodies, charsets, encodings, file_names, parameters, tnef
from mailroom.mime.meetings import Letter
from mailroom.mime.message import Attachment, Defect, LaterAttachment, Structure
from mailroom.mime.tree import Part

NEVER_BODY = frozenset(
    {"text/calendar", "text/x-vcard", "text/vcard", "text/rfc822-headers", "text/csv", "text/x-amp-html"}
)
TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
REPORTS = frozenset({"message/delivery-status", "message/disposition-notification", "message/feedback-report"})


@dataclass
class Walked:
    """What a walk found."""

    structure: Structure = field(default_factory=lambda: Structure("text/plain"))
    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    calendars: list[bytes] = field(default_factory=list)
    reports: list[tuple[str, bytes]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    html: str = ""
    text: str = ""
    text_is_derived: bool = False

    def join(self) -> None:
        """Put the bodies together: parts of one kind follow each other, and HTML gives the text where there is none."""
        texts, htmls = self.texts, self.htmls
        self.html = htmls[0] if len(htmls) == 1 else "\n".join(htmls)
        written = [text for text in texts if text and not text.isspace()]
        self.text = written[0] if len(written) == 1 else "\n".join(written)
        if htmls and not written:
            self.text, self.text_is_derived = bodies.text_from_html(self.html), True

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All files; those the HTML shows by Content-ID are inline."""
        shown = self.html
        return tuple(
            [
                _shown_inline(file) if file.content_id and f"cid:{file.content_id}" in shown else file
                for file in self.files
            ]
        )


def _shown_inline(file: Attachment) -> Attachment:
    if isinstance(file, LaterAttachment):
        return LaterAttachment(file.name, file.type, lambda: file.content, file.content_id, inline=True)
    return Attachment(file.name, file.type, file.content, file.content_id, inline=True)


JPEG = frozenset({"image/jpeg", "image/jpg", "image/pjpeg"})
LONGEST_BODY = 12_000_000  # encoded bytes; what is longer costs several times its size in memory
DECODED_LATER = 8_000  # bytes from which a file is decoded when it is asked for
TROUBLES = {
    "boundary-unclosed": "A multipart is cut off before its last boundary.",
    "too-deep": "The message nests deeper than sixty parts; the rest is left as it is.",
    "too-many-parts": "The message has more parts than are read; the rest is left as it is.",
    "boundary-missing": "A multipart names no boundary; its text is shown as it stands.",
    "boundary-not-found": "A multipart's boundary never comes; its text is shown as it stands.",
    "header-broken": "A line in the header is no header field.",
    "tnef-broken": "A winmail.dat could not be opened; it is kept as a file.",
    "tnef-cut": "A winmail.dat ends too early; its last file may not be whole.",
    "tnef-damaged": "A piece of a winmail.dat could not be read; the rest is shown.",
    "tnef-nested": "A message within a winmail.dat is too deep or too large to be opened; it is kept as a file.",
    "calendar-recurring": "The meeting repeats by a rule that is not read: only its first time is shown.",
}


def walk(tree: Part, defects: list[Defect]) -> Walked:
    """Everything in the tree, in order."""
    found = Walked(parts=list(tree.walk()) if tree.children else [tree])
    found.structure = _visit(tree, found, defects, alternative=False)
    found.join()
    codes = {code for part in found.parts for code in part.troubles}
    if codes:
        defects.extend(Defect(code, TROUBLES[code]) for code in sorted(codes))
    return found


def _visit(part: Part, found: Walked, defects: list[Defect], alternative: bool) -> Structure:
    kind = part.kind
    if kind in REPORTS:
        found.reports.append((kind, content_of(part, defects)))
        return Structure(kind)
    if not part.children:
        if kind.startswith("multipart/"):
            _unparted(part, found)
        else:
            _leaf(part, kind, found, defects, alternative)
        return Structure(kind)
    if kind.startswith("multipart/"):
        mixed = kind == "multipart/alternative"
        return Structure(kind, tuple([_visit(child, found, defects, mixed) for child in part.children]))
    _nested_message(part, kind, found)
    return Structure(kind, tuple([shape(child) for child in part.children]))


def _unparted(part: Part, found: Walked) -> None:
    """QUIRK: a multipart without parts: what stands in it is its text."""
    text = charsets.decode(part.body)[0].replace("\r\n", "\n").replace("\x00", "")
    if text.strip():
        found.texts.append(text)


def shape(part: Part) -> Structure:
    """The shape alone of a nested message."""
    return Structure(part.kind, tuple(shape(child) for child in part.children))


def _nested_message(part: Part, kind: str, found: Walked) -> None:
    """A forwarded message is a file that opens as a mail of its own."""
    inner = part.children[0]
    subject = charsets.decode_words(inner.get("subject"))
    name = filename(part) or file_names.of_mail(subject)
    found.files.append(Attachment(name, kind, inner.raw, _content_id(part)))


def _leaf(part: Part, kind: str, found: Walked, defects: list[Defect], alternative: bool) -> None:
    disposition, named = _disposition(part)
    name = _file_name(part, named)
    wrapped = kind in TNEF or name.lower() == "winmail.dat"
    is_text = kind.startswith("text/") and kind not in NEVER_BODY and not wrapped
    if is_text and disposition != "attachment" and (not name or (disposition == "inline" and alternative)):
        (found.htmls if kind == "text/html" else found.texts).append(_body(part, defects))
        return
    content_id = _content_id(part)
    if part.end - part.body_start > DECODED_LATER and _is_file(kind) and not wrapped:
        inline = part.get("content-disposition")[:6].lower() == "inline"
        later = partial(content_of, part, [])
        found.files.append(LaterAttachment(name or _made_up(kind), kind, later, content_id, inline))
        return
    content = content_of(part, defects)
    if kind == "text/calendar":
        found.calendars.append(content)
    if wrapped:
        _unpack_tnef(content, name, kind, found, defects)
        return
    if kind == "text/calendar" and alternative:
        return
    found.files.append(Attachment(name or _made_up(kind), kind, content, content_id, disposition == "inline"))


def _body(part: Part, defects: list[Defect]) -> str:
    """The text of a body; of one that is longer than anybody reads, its beginning up to a line end."""
    if part.body_size > LONGEST_BODY:
        defects.append(Defect("body-cut", "The text is longer than is shown; all of it is in the original."))
        content = content_of(part, [], LONGEST_BODY)
        content = content[: content.rfind(b"\n") + 1] or content
    else:
        content = content_of(part, defects)
    text, code = charsets.decode(content, part.parameters.get("charset", ""))
    if code and code != "charset-missing":
        defects.append(Defect(code, "The declared character set is not the one the text is written in."))
    return _plain_lines(text)


def _is_file(kind: str) -> bool:
    """Whether a leaf can be nothing but a file, by its type alone."""
    return not kind.startswith(("text/", "message/")) or (kind in NEVER_BODY and kind != "text/calendar")


def _plain_lines(text: str) -> str:
    """Text with a newline for every line end and without null characters, in one pass where replacing takes two."""
    return io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True).replace("\x00", "")


def _made_up(kind: str) -> str:
    """A name for a file that came without one: its main type and the usual extension."""
    main = kind.partition("/")[0]
    extension = ".jpg" if kind in JPEG else mimetypes.guess_extension(kind) or ".bin"
    return ("file" if main == "application" else main) + extension


def _unpack_tnef(content: bytes, name: str, kind: str, found: Walked, defects: list[Defect]) -> None:
    unpacked = tnef.unpack(content, _letter(found.parts[0]))
    if unpacked is None:
        defects.append(Defect("tnef-broken", TROUBLES["tnef-broken"]))
        found.files.append(Attachment(name or "winmail.dat", kind, content))
        return
    defects.extend(Defect(code, TROUBLES[code]) for code in sorted(unpacked.troubles))
    if unpacked.html and not found.htmls:
        found.htmls.append(unpacked.html)
    if unpacked.text and not "".join(found.texts).strip():
        found.texts.append(unpacked.text)
    found.files.extend(unpacked.files)
    found.calendars.extend(file.content for file in unpacked.files if file.type == "text/calendar")


def _letter(top: Part) -> Letter:
    """What the mail itself says, for a meeting that stands in its winmail.dat."""
    sender, to, cc = (addresses.parse(top.get(name)) for name in ("from", "to", "cc"))
    subject = " ".join(charsets.decode_words(top.get("subject")).split())
    return Letter(sender[0] if sender else None, to, cc, subject)


def content_of(part: Part, defects: list[Defect], most: int = sys.maxsize) -> bytes:
    """The decoded content of a leaf, of its first `most` bytes; a broken encoding gives what can be decoded of it."""
    encoding, end = part.get("content-transfer-encoding"), min(part.end, part.body_start + most)
    if encoding.lower() == "base64":
        return encodings.base64_at(part.source, part.body_start, end, defects)
    return encodings.decode(part.source[part.body_start : end], encoding, defects)


def _disposition(part: Part) -> tuple[str, Mapping[str, str]]:
    value = part.get("content-disposition")
    return parameters.read(value) if value else ("", {})


def filename(part: Part) -> str:
    """The file name of a part (RFC 2183, RFC 2231), path and control characters taken off."""
    return _file_name(part, _disposition(part)[1])


def _file_name(part: Part, disposition: Mapping[str, str]) -> str:
    # QUIRK: some programs write `file=`, or the disposition's parameter into the type.
    named = part.parameters
    name = disposition.get("filename") or named.get("name") or named.get("filename") or named.get("file")
    if not name:
        return ""
    return file_names.without_path(charsets.decode_words(name))


def _content_id(part: Part) -> str:
    return part.get("content-id").strip().strip("<>").strip()
