"""winmail.dat ([MS-OXTNEF]): body, files, meeting and nested messages of a mail that Outlook wrapped."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailroom.mime import charsets, embedded, file_names, mapi, meetings
from mailroom.mime.mapi import Properties
from mailroom.mime.meetings import Letter
from mailroom.mime.message import Attachment

LARGEST = 60_000_000
LARGEST_RICH_TEXT = 4_000_000  # bytes; longer text stays unread rather than hold up the mail
LARGEST_NESTED = 20_000_000
DEEPEST = 20  # messages within each other
TITLE, DATA, RENDERING, TRANSPORT_NAME = 0x8010, 0x800F, 0x9002, 0x9001  # attributes of a file
CLASS, SUBJECT, BODY, PROPERTIES, RECIPIENTS, FILE, CODEPAGE = 0x8008, 0x8004, 0x800C, 0x9003, 0x9004, 0x9005, 0x9007
PR_CLASS, PR_BODY, PR_RICH_TEXT, PR_HTML, PR_CODEPAGE = 0x001A, 0x1000, 0x1009, 0x1013, 0x3FDE
LONG_NAME, SHORT_NAME, DISPLAY_NAME, OBJECT, MIME_TYPE, CONTENT_ID = 0x3707, 0x3704, 0x3001, 0x3701, 0x370E, 0x3712
IS_MESSAGE = (
    b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"  # IID_IMessage, before a nested message
)
TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+", re.IGNORECASE)
# Number and charset of each font. The library's own pattern takes hours for a kilobyte of fonts without a semicolon.
FONTS = re.compile(r"\\f(\d{1,5})[^;]{0,200}?\\fcharset(\d{1,3})()")
LEGACY_CLASSES = {  # [MS-OXTNEF] 2.1.3.3.1
    "ipm.microsoft schedule.mtgreq": "IPM.Schedule.Meeting.Request",
    "ipm.microsoft schedule.mtgcncl": "IPM.Schedule.Meeting.Canceled",
    "ipm.microsoft schedule.mtgrespp": "IPM.Schedule.Meeting.Resp.Pos",
    "ipm.microsoft schedule.mtgrespn": "IPM.Schedule.Meeting.Resp.Neg",
    "ipm.microsoft schedule.mtgrespa": "IPM.Schedule.Meeting.Resp.Tent",
}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was inside, and the codes of what is wrong with it."""

    text: str
    html: str
    files: tuple[Attachment, ...]
    troubles: frozenset[str]


@dataclass(slots=True)
class _File:
    title: str = ""
    data: memoryview = field(default_factory=lambda: memoryview(b""))
    values: Properties = field(default_factory=lambda: Properties({}))


@dataclass(slots=True)
class _Opened:
    """The attributes of one message, as they are read."""

    charset: str = "cp1252"
    kind: str = ""
    subject: str = ""
    body: str = ""
    values: Properties = field(default_factory=lambda: Properties({}))
    recipients: list[Properties] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)
    troubles: set[str] = field(default_factory=set)


def unpack(raw: bytes, letter: Letter) -> Unpacked | None:
    """The inside of a winmail.dat, or None when it is none or too large; `letter` is what the mail around it says."""
    content = memoryview(raw)
    if len(content) > LARGEST or not mapi.is_stream(content):
        return None
    return _inside(_open(content), letter, 0)


def _inside(opened: _Opened, letter: Letter, depth: int) -> Unpacked:
    """What the attributes of a message come to."""
    text, html = _text(opened), _html(opened)
    if not text.strip() and not html.strip():
        text = _rich_text(opened.values.binary(PR_RICH_TEXT))
    files = [file for item in opened.files for file in _files(item, opened, depth)]
    if not any(file.type == "text/calendar" for file in files):
        files = [*_meeting(opened, letter), *files]
    return Unpacked(text, html, tuple(files), frozenset(opened.troubles))


def _open(content: memoryview) -> _Opened:
    opened = _Opened()
    for attribute in mapi.attributes(content):
        if not attribute.whole:
            opened.troubles.add("tnef-cut")
        try:
            (_file_attribute if attribute.level == mapi.FILE else _message_attribute)(
                opened, attribute.name, attribute.content
            )
        except (struct.error, ValueError):
            opened.troubles.add("tnef-damaged")
    return opened


def _message_attribute(opened: _Opened, name: int, content: memoryview) -> None:
    if name == CODEPAGE:
        opened.charset = mapi.charset_of(mapi.UINT.unpack_from(content)[0])
    elif name == CLASS:
        opened.kind = mapi.decoded(content, "cp1252")
    elif name == SUBJECT:
        opened.subject = mapi.decoded(content, opened.charset)
    elif name == BODY:
        opened.body = mapi.decoded(content, opened.charset)
    elif name == PROPERTIES:
        opened.values = _merged(opened, opened.values, content)
    elif name == RECIPIENTS:
        _recipients(opened, content)


def _file_attribute(opened: _Opened, name: int, content: memoryview) -> None:
    if name == RENDERING or not opened.files:
        opened.files.append(_File())
    file = opened.files[-1]
    if name == TITLE or (name == TRANSPORT_NAME and not file.title):
        file.title = mapi.decoded(content, opened.charset)
    elif name == DATA:
        file.data = content
    elif name == FILE:
        file.values = _merged(opened, file.values, content)


def _merged(opened: _Opened, before: Properties, content: memoryview) -> Properties:
    found, _end, whole = mapi.properties(content, opened.charset)
    if not whole:
        opened.troubles.add("tnef-damaged")
    return Properties(found.values | before.values)


def _recipients(opened: _Opened, content: memoryview) -> None:
    rows, place, whole = mapi.UINT.unpack_from(content)[0], 4, True
    while rows and whole and place < len(content) and len(opened.recipients) < embedded.MOST_RECIPIENTS:
        found, place, whole = mapi.properties(content, opened.charset, place)
        opened.recipients.append(found)
        rows -= 1


def _text(opened: _Opened) -> str:
    return opened.values.text(PR_BODY) or opened.body


def _html(opened: _Opened) -> str:
    written = opened.values.text(PR_HTML)
    codepage = opened.values.number(PR_CODEPAGE)
    charset = mapi.charset_of(codepage) if codepage else ""
    return written or charsets.decode(opened.values.binary(PR_HTML), charset)[0].replace("\x00", "")


def _rich_text(compressed: bytes) -> str:
    """The words of a body that is there as compressed RTF alone ([MS-OXRTFCP]), as Outlook's rich text is."""
    if not compressed or max(len(compressed), int.from_bytes(compressed[4:8], "little")) > LARGEST_RICH_TEXT:
        return ""
    from compressed_rtf import decompress  # these two are costly to load, needed for few messages
    from striprtf import striprtf

    striprtf.FONTTABLE = FONTS
    try:
        rtf = decompress(compressed)
        return str(striprtf.rtf_to_text(rtf.decode("latin-1"), errors="replace")).replace("\x00", "")  # type: ignore[no-untyped-call]  # it says none
    except Exception:  # damaged rich text, and the libraries fail in many ways: the files are worth having all the same
        return ""


def _meeting(opened: _Opened, letter: Letter) -> Iterator[Attachment]:
    """The calendar part of a message that is a meeting."""
    kind = opened.values.text(PR_CLASS) or LEGACY_CLASSES.get(opened.kind.lower(), opened.kind)
    try:
        content = meetings.calendar(kind, opened.values, letter)
    except (ValueError, TypeError, OverflowError):  # the library refuses what no calendar holds
        opened.troubles.add("tnef-damaged")
        return
    if content:
        if meetings.recurs(opened.values):
            opened.troubles.add("calendar-recurring")
        yield Attachment(meetings.NAME, "text/calendar", content)


def _files(item: _File, opened: _Opened, depth: int) -> Iterator[Attachment]:
    nested = item.values.view(OBJECT)
    if nested[: len(IS_MESSAGE)] == IS_MESSAGE:
        yield _nested(nested[len(IS_MESSAGE) :], item, opened, depth)
        return
    name = file_names.without_path(
        item.values.text(LONG_NAME) or item.title or item.values.text(SHORT_NAME, DISPLAY_NAME)
    )
    kind, said = file_names.type_of(name), item.values.text(MIME_TYPE)
    if kind == file_names.UNKNOWN and TYPE.fullmatch(said) and not said.startswith(("multipart/", "message/")):
        kind = said.lower()
    if name.lower().endswith(".ics"):
        kind = "text/calendar"
    content = bytes(item.data or nested)
    yield Attachment(name or "file", kind, content, item.values.text(CONTENT_ID).strip("<> "))


def _nested(content: memoryview, item: _File, opened: _Opened, depth: int) -> Attachment:
    """A message of Outlook within this one, as the mail that it would be."""
    named = item.values.text(DISPLAY_NAME, LONG_NAME) or item.title
    if depth + 1 >= DEEPEST or len(content) > LARGEST_NESTED or not mapi.is_stream(content):
        opened.troubles.add("tnef-nested")
        # Of no type that is unpacked: else its text and files would be those of the mail that it lies in.
        return Attachment(file_names.of_mail(named, ".tnef"), file_names.UNKNOWN, bytes(content))
    inner = _open(content)
    about = embedded.letter(inner.values, inner.recipients, inner.subject or named)
    inside = _inside(inner, about, depth + 1)
    opened.troubles |= inside.troubles
    raw = embedded.written(inner.values, about, inside.text, inside.html, inside.files)
    return Attachment(file_names.of_mail(about.subject), "message/rfc822", raw)
