"""A winmail.dat written attribute by attribute and property by property ([MS-OXTNEF] 2.1.3)."""

import struct
from datetime import UTC, datetime
from uuid import UUID

from mailroom.mime import meetings

MESSAGE, ATTACHMENT = 1, 2
CODEPAGE, BODY, RENDERING, TITLE, DATA, CLASS = 0x9007, 0x800C, 0x9002, 0x8010, 0x800F, 0x8008
PROPERTIES, RECIPIENTS, FILE_PROPERTIES, RICH_TEXT = 0x9003, 0x9004, 0x9005, 0x1009
STRING, TEXT, BYTES = 1, 2, 6  # types of attributes
NUMBER, YES, OBJECT, MOMENT, UNICODE, BINARY = 0x03, 0x0B, 0x0D, 0x40, 0x1F, 0x0102  # types of properties
MESSAGE_WITHIN = UUID("00020307-0000-0000-c000-000000000046").bytes_le
PDF = b"%PDF-1.7\r\n" + bytes(range(256)) * 40
SERIES = bytes.fromhex("040000008200E00074C5B7101A82E008")
BEGIN = datetime(1601, 1, 1, tzinfo=UTC)
Name = int | tuple[UUID, int]


def attribute(level: int, name: int, kind: int, content: bytes) -> bytes:
    """One attribute with its length before and its checksum after it."""
    return struct.pack("<BHHI", level, name, kind, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def file(name: bytes, content: bytes) -> bytes:
    """An attached file."""
    return (
        attribute(ATTACHMENT, RENDERING, BYTES, bytes(14))
        + attribute(ATTACHMENT, TITLE, STRING, name + b"\0")
        + attribute(ATTACHMENT, DATA, BYTES, content)
    )


def winmail(*attributes: bytes) -> bytes:
    """The whole file."""
    codepage = attribute(MESSAGE, CODEPAGE, BYTES, struct.pack("<II", 1252, 0))
    return struct.pack("<IH", 0x223E9F78, 1) + codepage + b"".join(attributes)


def sized(kind: int, name: Name, content: bytes) -> bytes:
    """A property that says its length."""
    return head(kind, name) + struct.pack("<II", 1, len(content)) + content + bytes(-len(content) % 4)


def head(kind: int, name: Name) -> bytes:
    """Type and tag of a property; one of a set stands under a number of the file's own."""
    if isinstance(name, int):
        return struct.pack("<HH", kind, name)
    return struct.pack("<HH", kind, 0x8000 | name[1] & 0x7FFF) + name[0].bytes_le + struct.pack("<II", 0, name[1])


def words(name: Name, text: str) -> bytes:
    """A property of text."""
    return sized(UNICODE, name, f"{text}\0".encode("utf-16-le"))


def number(name: Name, value: int) -> bytes:
    """A property of a number."""
    return head(NUMBER, name) + struct.pack("<i", value)


def yes(name: Name) -> bytes:
    """A property that says yes."""
    return head(YES, name) + struct.pack("<HH", 1, 0)


def moment(name: Name, value: datetime) -> bytes:
    """A property of a moment."""
    return head(MOMENT, name) + struct.pack("<Q", int((value - BEGIN).total_seconds()) * 10_000_000)


def listed(*properties: bytes) -> bytes:
    """A list of properties."""
    return struct.pack("<I", len(properties)) + b"".join(properties)


def message_properties(*properties: bytes) -> bytes:
    """The properties of a message."""
    return attribute(MESSAGE, PROPERTIES, BYTES, listed(*properties))


def rich_text(compressed: bytes) -> bytes:
    """The body as the one property that holds it in compressed RTF ([MS-OXTNEF] 2.1.3.4)."""
    return message_properties(sized(BINARY, RICH_TEXT, compressed))


def nested(name: str, stream: bytes) -> bytes:
    """A message of Outlook as a file (attach method 5)."""
    method, shown = number(0x3705, 5), words(0x3001, name)
    held = sized(OBJECT, 0x3701, MESSAGE_WITHIN + stream)
    return attribute(ATTACHMENT, RENDERING, BYTES, bytes(14)) + attribute(
        ATTACHMENT, FILE_PROPERTIES, BYTES, listed(method, shown, held)
    )


def global_id(data: bytes = b"\x01" * 16, day: bytes = bytes(4)) -> bytes:
    """The id of a meeting ([MS-OXOCAL] 2.2.1.27); `day` names one of a series."""
    return SERIES + day + bytes(16) + struct.pack("<I", len(data)) + data


def meeting(kind: str, *more: bytes, start: datetime, end: datetime, identity: bytes = b"") -> bytes:
    """A meeting as MAPI properties alone."""
    return winmail(
        message_properties(
            words(0x001A, kind),
            moment(meetings.START, start),
            moment(meetings.END, end),
            words(meetings.LOCATION, "Møterom Øst"),
            sized(BINARY, meetings.GLOBAL_ID, identity or global_id()),
            number(meetings.INTENDED_BUSY, 2),
            *more,
        )
    )
