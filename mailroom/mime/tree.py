"""A message's bytes cut into the tree of its parts (RFC 5322 §2, RFC 2046 §5), by searching and never line by line.

Every part keeps the exact bytes it was made of. What breaks the rules is read as mail programs read it, and noted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailroom.mime import charsets, parameters

DEEPEST = 60
MOST_PARTS = 10_000
MOST_HEADERS = 2_000
LONGEST_HEADER = 100_000
HEADER_END = re.compile(rb"\n\r?\n|\r\r(?!\n)")
FOLD = re.compile(rb"\r?\n(?=[ \t])")
NAME = re.compile(rb"[!-9;-~]+[ \t]*:")
CLOSING = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r|\Z)")
CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
NESTED = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(slots=True)
class Part:
    """A part: its header fields, the bytes of its body, and the parts inside it."""

    headers: list[tuple[str, str]]
    raw: bytes
    body: bytes
    kind: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    children: list["Part"] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The first field of that name, unfolded; empty when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def all(self, name: str) -> list[str]:
        """Every field of that name."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    @property
    def main_kind(self) -> str:
        """The type before its slash."""
        return self.kind.partition("/")[0]

    def walk(self) -> Iterator["Part"]:
        """This part and all inside it, in order."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack.extend(reversed(part.children))


@dataclass(slots=True)
class _Count:
    parts: int = 0


def read(raw: bytes) -> Part:
    """The tree of a message. Any bytes give one."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")  # QUIRK: old Macintosh line ends
    return _read(raw, 0, "text/plain", _Count())


def _read(raw: bytes, depth: int, default: str, count: _Count) -> Part:
    count.parts += 1
    headers, body, troubles = _split(raw)
    part = Part(headers, raw, body, troubles=troubles)
    part.kind, part.parameters = _type(part, default)
    if depth >= DEEPEST or count.parts >= MOST_PARTS:
        if part.main_kind == "multipart" or part.kind in NESTED:
            part.troubles.append("too-deep")
        return part
    if part.main_kind == "multipart":
        _read_multipart(part, depth, count)
    elif part.kind in NESTED and body.strip():
        part.children = [_read(_nested_bytes(part), depth + 1, "text/plain", count)]
    return part


def _nested_bytes(part: Part) -> bytes:
    """QUIRK: forwarded mail in base64, which RFC 2046 §5.2.1 forbids and programs write."""
    if "base64" in part.get("content-transfer-encoding").lower():
        from mailroom.mime import encodings

        return encodings.decode(part.body, "base64", [])
    return part.body.lstrip(b"\r\n") if part.body[:1] in b"\r\n" else part.body


def _read_multipart(part: Part, depth: int, count: _Count) -> None:
    boundary = part.parameters.get("boundary", "").rstrip()
    mark = boundary.encode("utf-8", "replace")
    pieces = list(_pieces(part.body, mark)) if boundary else []
    if pieces and b"--" + mark + b"--" not in part.body[-len(pieces[-1]) - 2 * len(mark) - 100_000 :]:
        part.troubles.append("boundary-unclosed")
    if not pieces:
        part.troubles.append("boundary-missing" if not boundary else "boundary-not-found")
        return
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    for piece in pieces:
        part.children.append(_read(piece, depth + 1, default, count))
        if count.parts >= MOST_PARTS:
            part.troubles.append("too-many-parts")
            return


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """The bytes between the delimiters (RFC 2046 §5.1.1); a missing last delimiter ends at the end."""
    start = -1
    for place, after, closes in _delimiters(body, b"--" + boundary):
        if start >= 0:
            yield _without_line_end(body[start:place])
        start = after
        if closes:
            return
    if start >= 0:
        yield body[start:]


def _delimiters(body: bytes, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    place = body.find(mark)
    while place >= 0:
        if place == 0 or body[place - 1] in b"\r\n":
            match = CLOSING.match(body, place + len(mark))
            if match:
                yield place, match.end(), match[1] is not None
        place = body.find(mark, place + len(mark))


def _without_line_end(piece: bytes) -> bytes:
    """The line end before a delimiter belongs to the delimiter."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece[-1:] in b"\r\n" and piece else piece


def _split(raw: bytes) -> tuple[list[tuple[str, str]], bytes, list[str]]:
    """Header fields and body. A line that is no header field ends the header and begins the body."""
    if raw[:1] in b"\r\n" and raw:
        return [], raw[2:] if raw[:2] == b"\r\n" else raw[1:], []
    found = HEADER_END.search(raw)
    block, body = (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")
    headers: list[tuple[str, str]] = []
    troubles: list[str] = []
    offset = 0
    for line in (FOLD.sub(b"\x00\x00", block) if b"\n " in block or b"\n\t" in block else block).split(b"\n"):
        name = NAME.match(line)
        if name is None:
            if line.strip(b"\r\x00 \t") and not line.startswith((b"From ", b">From ")):
                troubles.append("header-broken")
                if b":" not in line[:80]:
                    return headers, raw[_place(raw, line, offset) :], troubles
            offset += len(line)
            continue
        offset += len(line)
        if len(headers) < MOST_HEADERS:
            value = line[name.end() : name.end() + LONGEST_HEADER].replace(b"\x00\x00", b"").strip()
            headers.append((name[0].rstrip(b": \t").decode("ascii"), _text(value, block)))
    return headers, body, troubles


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


def _type(part: Part, default: str) -> tuple[str, dict[str, str]]:
    value = part.get("content-type")
    if not value:
        return default, {}
    kind, found = parameters.read(value)
    if kind.startswith("multipart") and "/" not in kind:
        kind = "multipart/mixed"
    if not parameters.SIMPLE_TYPE.fullmatch(kind):
        kind = {"text": "text/plain", "html": "text/html"}.get(kind, "text/plain")
    return kind, found
