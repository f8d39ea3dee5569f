"""The stream of a winmail.dat cut into attributes and MAPI properties ([MS-OXTNEF] 2.1), in one pass and bounded.

Never raises: what ends too early or has no sense is left, with a trouble that says so.
"""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from mailroom.mime import charsets

SIGNATURE = 0x223E9F78
MESSAGE, FILE = 1, 2  # the level at which an attribute stands
HEADER, LEAST = 6, 11  # bytes before the first attribute, and of an empty one
MOST_ATTRIBUTES = 50_000
MOST_PROPERTIES = 20_000
NAMED, MULTIPLE = 0x8000, 0x1000
SHORT, INTEGER, BOOLEAN, TIME, STRING, UNICODE = 0x02, 0x03, 0x0B, 0x40, 0x1E, 0x1F
SIZES = {0x00: 0, 0x01: 0, SHORT: 2, INTEGER: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, BOOLEAN: 2} | {
    0x14: 8,
    TIME: 8,
    0x48: 16,
}
SIZED = frozenset({STRING, UNICODE, 0x0D, 0x0102})  # these say their length
BEGIN = datetime(1601, 1, 1, tzinfo=UTC)
Value = int | bool | str | memoryview | datetime
Name = int | tuple[UUID, int | str]  # a tag, or a set and the number or name within it
UINT, USHORT = struct.Struct("<I"), struct.Struct("<H")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the stream; `whole` unless the stream ends within it."""

    level: int
    name: int
    content: memoryview
    whole: bool


@dataclass(frozen=True, slots=True)
class Properties:
    """The properties of a message, file or recipient; of one that comes twice, the first."""

    values: dict[Name, Value]

    def text(self, *names: Name) -> str:
        """The first of these that is a text with words."""
        return next((value for name in names if isinstance(value := self.values.get(name), str) and value.strip()), "")

    def view(self, name: Name) -> memoryview:
        """A value of bytes, where it lies; empty when there is none."""
        value = self.values.get(name)
        return value if isinstance(value, memoryview) else memoryview(b"")

    def binary(self, name: Name) -> bytes:
        """A value of bytes; empty when there is none."""
        return bytes(self.view(name))

    def number(self, name: Name) -> int:
        """A number or a yes; 0 when there is none."""
        value = self.values.get(name)
        return value if isinstance(value, int) else 0

    def moment(self, *names: Name) -> datetime | None:
        """The first of these that is a moment."""
        return next((value for name in names if isinstance(value := self.values.get(name), datetime)), None)


def attributes(content: memoryview) -> Iterator[Attribute]:
    """The attributes of a stream with the right signature; what is no attribute is garbage behind its end."""
    place, end = HEADER, len(content)
    for _number in range(MOST_ATTRIBUTES):
        if place >= end or content[place] not in (MESSAGE, FILE):
            return
        if end - place < LEAST:
            yield Attribute(content[place], 0, content[:0], whole=False)
            return
        name, length = USHORT.unpack_from(content, place + 1)[0], UINT.unpack_from(content, place + 5)[0]
        behind = place + LEAST + length
        yield Attribute(content[place], name, content[place + 9 : min(behind - 2, end)], whole=behind <= end)
        place = behind
    if place < end:
        yield Attribute(MESSAGE, 0, content[:0], whole=False)


def is_stream(content: memoryview) -> bool:
    """Whether it begins as a winmail.dat does."""
    return len(content) >= HEADER and UINT.unpack_from(content)[0] == SIGNATURE


def charset_of(codepage: int) -> str:
    """The charset of a Windows code page; Western when it is unknown."""
    for name in (f"cp{codepage}", {65001: "utf-8", 20127: "ascii", 20866: "koi8-r"}.get(codepage, "")):
        try:
            return codecs.lookup(name).name if name else "cp1252"
        except LookupError:
            continue
    iso = codepage - 28590
    return f"iso-8859-{iso}" if iso in {*range(1, 12), *range(13, 17)} else "cp1252"


def decoded(content: bytes | memoryview, charset: str) -> str:
    """A text of the stream, without what stands behind its end."""
    return charsets.decode(bytes(content), charset)[0].partition("\x00")[0]


def properties(content: memoryview, charset: str, place: int = 0) -> tuple[Properties, int, bool]:
    """The list of properties that begins there, where it ends, and whether all of it could be read."""
    found: dict[Name, Value] = {}
    try:
        count, place = UINT.unpack_from(content, place)[0], place + 4
        for _number in range(min(count, MOST_PROPERTIES)):
            place = _property(content, place, charset, found)
    except (struct.error, ValueError, OverflowError):
        return Properties(found), len(content), False
    return Properties(found), place, count <= MOST_PROPERTIES


def _property(content: memoryview, place: int, charset: str, found: dict[Name, Value]) -> int:
    """Read one property; where the next begins."""
    kind, tag = USHORT.unpack_from(content, place)[0], USHORT.unpack_from(content, place + 2)[0]
    name: Name = tag
    place += 4
    if tag >= NAMED:
        name, place = _name(content, place)
    base = kind & ~MULTIPLE
    count = 1
    if kind & MULTIPLE or base in SIZED:
        count, place = UINT.unpack_from(content, place)[0], place + 4
    if (base not in SIZED and base not in SIZES) or count > MOST_PROPERTIES:
        raise ValueError(kind)
    if base in SIZES:
        size = SIZES[base] * count
        first = _piece(content, place, size)[: SIZES[base]]
        place = _padded(place + size)
    else:
        first, place = _first_of(content, place, count)
    if count and name not in found and (value := _value(base, first, charset)) is not None:
        found[name] = value
    return place


def _name(content: memoryview, place: int) -> tuple[Name, int]:
    space = UUID(bytes_le=bytes(_piece(content, place, 16)))
    by_name, number = UINT.unpack_from(content, place + 16)[0], UINT.unpack_from(content, place + 20)[0]
    if not by_name:
        return (space, number), place + 24
    name = bytes(_piece(content, place + 24, number)).decode("utf-16-le", "replace").rstrip("\x00")
    return (space, name), _padded(place + 24 + number)


def _first_of(content: memoryview, place: int, count: int) -> tuple[memoryview, int]:
    """The first of so many values that say their length, and where the last ends."""
    first = content[:0]
    for number in range(count):
        length = UINT.unpack_from(content, place)[0]
        piece = _piece(content, place + 4, length)
        first, place = (piece, _padded(place + 4 + length)) if not number else (first, _padded(place + 4 + length))
    return first, place


def _piece(content: memoryview, place: int, size: int) -> memoryview:
    if place + size > len(content):
        raise ValueError(size)
    return content[place : place + size]


def _padded(place: int) -> int:
    return place + -place % 4


def _value(kind: int, content: memoryview, charset: str) -> Value | None:
    """What the bytes of a property of that type say; None of a type that nobody asks for."""
    if kind in {SHORT, INTEGER}:
        return int.from_bytes(content, "little", signed=True)
    if kind == BOOLEAN:
        return any(content)
    if kind == TIME:
        return BEGIN + timedelta(microseconds=int.from_bytes(content, "little") // 10)
    if kind == UNICODE:
        return bytes(content).decode("utf-16-le", "replace").partition("\x00")[0]
    if kind == STRING:
        return decoded(content, charset)
    return content if kind in SIZED else None
