"""A message's bytes cut into the tree of its parts (RFC 5322 §2, RFC 2046 §5), by searching and never line by line.

Every part keeps the exact bytes it was made of. What breaks the rules is read as mail programs read it, and noted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailroom.mime import headers

DEEPEST = 60
MOST_PARTS = 10_000
LONGEST_PEEK = 2_000
CLOSING = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r|\Z)")
NESTED = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(slots=True)
class Part:
    """A part: its header fields, where it lies in the bytes it was cut from, and the parts inside it.

    Nothing is copied out of `source` before `raw` or `body` is asked for. Parts may share their header's values.
    """

    source: bytes
    start: int
    end: int
    body_start: int
    headers: Sequence[tuple[str, str]]
    fields: Mapping[str, Sequence[str]]
    kind: str
    parameters: Mapping[str, str]
    troubles: list[str]
    children: list["Part"] = field(default_factory=list)

    @property
    def raw(self) -> bytes:
        """The part's bytes, header and all."""
        return self.source[self.start : self.end]

    @property
    def body(self) -> bytes:
        """The bytes behind the header."""
        return self.source[self.body_start : self.end]

    @property
    def body_size(self) -> int:
        """How many bytes stand behind the header."""
        return self.end - self.body_start

    def get(self, name: str) -> str:
        """The first field of that name in lower case, unfolded; empty when there is none."""
        found = self.fields.get(name)
        return found[0] if found else ""

    def all(self, name: str) -> Sequence[str]:
        """Every field of that name in lower case."""
        return self.fields.get(name, ())

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
    return _read(raw, 0, len(raw), 0, "text/plain", _Count())


def _read(source: bytes, start: int, end: int, depth: int, default: str, count: _Count) -> Part:
    count.parts += 1
    head, body_start, troubles = headers.split(source, start, end)
    kind = head.kind or default
    part = Part(source, start, end, body_start, head.headers, head.fields, kind, head.parameters, troubles)
    multipart = kind.startswith("multipart/")
    if multipart or kind in NESTED:
        if depth >= DEEPEST or count.parts >= MOST_PARTS:
            troubles.append("too-deep")
        elif multipart:
            _read_multipart(part, depth, count)
        else:
            _read_nested(part, depth, count)
    return part


def _read_nested(part: Part, depth: int, count: _Count) -> None:
    source, start, end = part.source, part.body_start, part.end
    # QUIRK: forwarded mail in base64, which RFC 2046 §5.2.1 forbids and programs write.
    if "base64" in part.get("content-transfer-encoding").lower():
        from mailroom.mime import encodings

        source = encodings.decode(part.body, "base64", [])
        start, end = 0, len(source)
    while start < end and source[start] in b"\r\n":
        start += 1
    if source[start : start + 1000].strip() or source[start:end].strip():
        part.children = [_read(source, start, end, depth + 1, "text/plain", count)]


def _read_multipart(part: Part, depth: int, count: _Count) -> None:
    boundary = part.parameters.get("boundary", "").rstrip()
    mark = b"--" + boundary.encode("utf-8", "replace")
    pieces, closed = _pieces(part, mark) if boundary else ([], False)
    if not pieces:
        part.troubles.append("boundary-missing" if not boundary else "boundary-not-found")
        return
    if not closed and part.source.find(mark + b"--", pieces[-1][0], part.end) < 0:
        part.troubles.append("boundary-unclosed")
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    for start, end in pieces:
        part.children.append(_read(part.source, start, end, depth + 1, default, count))
        if count.parts >= MOST_PARTS:
            part.troubles.append("too-many-parts")
            return


def _pieces(part: Part, mark: bytes) -> tuple[list[tuple[int, int]], bool]:
    """Where the parts between the delimiters begin and end (RFC 2046 §5.1.1), and whether the last delimiter came.

    A missing last delimiter stands at the end.
    """
    source, end = part.source, part.end
    pieces: list[tuple[int, int]] = []
    start = -1
    place = source.find(mark, part.body_start, end)
    while place >= 0:
        after = place + len(mark)
        if place == part.body_start or source[place - 1] in b"\r\n":
            match = CLOSING.match(source, after, end)
            if match:
                if start >= 0:
                    pieces.append((start, _before_line_end(source, start, place)))
                start = after = match.end()
                if match[1] is not None:
                    return pieces, True
                place = _next_mark(source, mark, start, end)
                continue
        place = source.find(mark, after, end)
    if start >= 0:
        pieces.append((start, end))
    return pieces, False


def _next_mark(source: bytes, mark: bytes, start: int, end: int) -> int:
    """Where `mark` comes next after a part began; base64 holds no hyphen, and one letter is found much faster."""
    header_end = source.find(b"\n\r\n", start, start + LONGEST_PEEK)
    header = source[start:header_end] if header_end >= 0 else b""
    if b"base64" in header and mark not in header:
        hyphen = source.find(b"-", header_end, end)
        return hyphen if hyphen < 0 or source.startswith(mark, hyphen) else source.find(mark, hyphen, end)
    return source.find(mark, start, end)


def _before_line_end(source: bytes, start: int, end: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if end - start >= 2 and source[end - 2 : end] == b"\r\n":
        return end - 2
    return end - 1 if end > start and source[end - 1] in b"\r\n" else end
