"""The header of a message or a part cut into its fields (RFC 5322 §2.2), and the place where the body begins.

A header that keeps the rules is read fast; any other is read with care, as mail programs read it, and noted.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from mailroom.mime import charsets, parameters

MOST_HEADERS = 2_000
LONGEST_HEADER = 100_000
LONGEST_PEEK = 20_000  # bytes within which most headers end
LONGEST_USUAL_HEAD = 300  # bytes up to which the header of a part is worth remembering: most programs write the same
HEADER_END = re.compile(rb"\n\r?\n|\r\r(?!\n)")
FOLD = re.compile(rb"\r?\n(?=[ \t])")
NAME = re.compile(rb"[!-9;-~]+[ \t]*:")
FIELD_NAME = re.compile(r"[!-9;-~]+")
BLANKS = " \t\r\n\v\f"
CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
FOLDED = frozenset(" \t")


class Head(NamedTuple):
    """A header: its fields in order, the same by lower-case name, and its Content-Type (empty when it names none)."""

    headers: Sequence[tuple[str, str]]
    fields: Mapping[str, Sequence[str]]
    kind: str
    parameters: Mapping[str, str]


NO_HEAD = Head((), {}, "", {})


def _header_end(source: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header ends and where the body begins; the end for both where no blank line comes."""
    crlf = source.find(b"\n\r\n", start, end)
    plain = source.find(b"\n\n", start, crlf + 1 if crlf >= 0 else end)
    if source.find(b"\r\r", start, max(crlf, plain) if max(crlf, plain) >= 0 else end) >= 0:
        found = HEADER_END.search(source, start, end)
        return (found.start(), found.end()) if found else (end, end)
    if plain >= 0:
        return plain, plain + 2
    return (crlf, crlf + 3) if crlf >= 0 else (end, end)


def split(source: bytes, start: int, end: int) -> tuple[Head, int, list[str]]:
    """The header and where the body begins."""
    if start < end and source[start] in b"\r\n":
        return NO_HEAD, start + (2 if source.startswith(b"\r\n", start) else 1), []
    usual_end = source.find(b"\n\r\n", start, min(end, start + LONGEST_PEEK))
    if usual_end >= 0:
        head = _usual_head(source[start:usual_end])
        if head is not None:
            return head, usual_end + 3, []
    header_end, body_start = _header_end(source, start, end)
    block = source[start:header_end]
    head = _usual_head(block)
    if head is not None:
        return head, body_start, []
    headers, offset, troubles = _any_fields(block)
    return _careful(headers), body_start if offset is None else start + offset, troubles


def read(block: bytes) -> Head:
    """The fields of a header that stands alone."""
    return _plain_head(block) or _careful(_any_fields(block)[0])


def _usual_head(block: bytes) -> Head | None:
    """The header that keeps the rules; None for one that must be read with care."""
    return _known_head(block) if len(block) <= LONGEST_USUAL_HEAD else _plain_head(block)


def _plain_head(block: bytes) -> Head | None:
    lines = _plain_lines(block)
    if lines is None:
        return None
    names: list[str] = []
    texts: list[str] = []
    for line in lines:
        if line < "!":
            if not names or line[:1] not in FOLDED:
                return None
            texts[-1] += line
            continue
        name, colon, text = line.partition(":")
        if not colon:
            return None
        names.append(name)
        texts.append(text)
    return _sorted(names, texts)


def _sorted(names: list[str], texts: list[str]) -> Head | None:
    headers: list[tuple[str, str]] = []
    fields: dict[str, list[str]] = {}
    for name, text in zip(names, texts, strict=True):
        key = _key(name)
        if key is None:
            return None
        value = text.strip(BLANKS)
        headers.append((name, value))
        if key in fields:
            fields[key].append(value)
        else:
            fields[key] = [value]
    return Head(headers, fields, *_type(fields["content-type"][0] if "content-type" in fields else ""))


_known_head = lru_cache(maxsize=1024)(_plain_head)


def _plain_lines(block: bytes) -> list[str] | None:
    """The lines of a header whose line ends are all of one kind, in ASCII and of bearable length; else None."""
    if not block.isascii() or b"\x00" in block or len(block) > LONGEST_HEADER:
        return None
    text = block.decode("ascii").removesuffix("\r")
    returns = text.count("\r")
    lines = text.split("\r\n" if returns else "\n")
    if len(lines) > MOST_HEADERS or (returns and not returns == text.count("\n") == len(lines) - 1):
        return None
    return lines


@lru_cache(maxsize=4096)
def _key(name: str) -> str | None:
    """A field's name in lower case; None for what is no name."""
    return name.lower() if FIELD_NAME.fullmatch(name) else None


def _any_fields(block: bytes) -> tuple[list[tuple[str, str]], int | None, list[str]]:
    """The fields of any header. A line that is no header field ends it: then also where, as the body begins there."""
    headers: list[tuple[str, str]] = []
    troubles: list[str] = []
    offset = 0
    for line in (FOLD.sub(b"\x00\x00", block) if b"\n " in block or b"\n\t" in block else block).split(b"\n"):
        name = NAME.match(line)
        if name is None:
            if line.strip(b"\r\x00 \t") and not line.startswith((b"From ", b">From ")):
                troubles.append("header-broken")
                if b":" not in line[:80]:
                    return headers, _place(block, line, offset), troubles
            offset += len(line)
            continue
        offset += len(line)
        if len(headers) < MOST_HEADERS:
            value = line[name.end() :].replace(b"\x00\x00", b"")[:LONGEST_HEADER].strip()
            headers.append((name[0].rstrip(b": \t").decode("ascii"), _text(value, block)))
    return headers, None, troubles


def _place(raw: bytes, line: bytes, offset: int) -> int:
    """Where a line stands in the bytes it came from; unfolding may have made it start earlier, never later."""
    start = raw.find(line.split(b"\x00\x00")[0], max(0, offset - 2))
    return max(start, 0)


def _text(value: bytes, block: bytes) -> str:
    """A field's value; eight-bit bytes are UTF-8 (RFC 6532), else in the charset named for the body."""
    if value.isascii():
        text = value.decode("ascii")
    else:
        named = CHARSET.search(block)
        text = charsets.decode(value, named[1].decode("ascii") if named else "")[0]
    return text.replace("\r", "").replace("\x00", "") if "\r" in text or "\x00" in text else text


def _careful(headers: list[tuple[str, str]]) -> Head:
    fields: dict[str, list[str]] = {}
    for name, value in headers:
        fields.setdefault(name.lower(), []).append(value)
    return Head(headers, fields, *_type(fields.get("content-type", [""])[0]))


def _type(value: str) -> tuple[str, Mapping[str, str]]:
    """The type that a Content-Type names, and its parameters; an empty one names none."""
    if not value:
        return "", {}
    kind, found = parameters.read(value)
    return _known_kind(kind), found


@lru_cache(maxsize=512)
def _known_kind(kind: str) -> str:
    """The type as programs mean it that write half of one, or nonsense."""
    if kind.startswith("multipart") and "/" not in kind:
        return "multipart/mixed"
    if parameters.SIMPLE_TYPE.fullmatch(kind):
        return kind
    return {"text": "text/plain", "html": "text/html"}.get(kind, "text/plain")
