"""A message's bytes cut into the tree of its parts (RFC 5322 §2, RFC 2046 §5), by searching and never line by line.

Every part keeps the exact bytes it was made of. What breaks the rules is read as mail programs read it, and noted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from mailroom.mime import charsets, parameters

DEEPEST = 60
MOST_PARTS = 10_000
MOST_HEADERS = 2_000
LONGEST_HEADER = 100_000
LONGEST_PEEK = 2_000
HEADER_END = re.compile(rb"\n\r?\n|\r\r(?!\n)")
FOLD = re.compile(rb"\r?\n(?=[ \t])")
NAME = re.compile(rb"[!-9;-~]+[ \t]*:")
FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:(.*)$", re.MULTILINE)
BLANKS = " \t\r\n\v\f"
CLOSING = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r|\Z)")
CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
NESTED = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(slots=True)
class Part:
    """A part: its header fields, where it lies in the bytes it was cut from, and the parts inside it.

    Nothing is copied out of `source` before `raw` or `body` is asked for.
    """

    source: bytes
    start: int
    end: int
    body_start: int
    headers: list[tuple[str, str]]
    troubles: list[str]
    kind: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    children: list["Part"] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the header fields by their lower-case name."""
        fields = self.fields
        for name, value in self.headers:
            key = name.lower()
            if key in fields:
                fields[key].append(value)
            else:
                fields[key] = [value]

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

    def all(self, name: str) -> list[str]:
        """Every field of that name in lower case."""
        return self.fields.get(name, [])

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
    headers, body_start, troubles = _split(source, start, end)
    part = Part(source, start, end, body_start, headers, troubles)
    part.kind, part.parameters = _type(part, default)
    if depth >= DEEPEST or count.parts >= MOST_PARTS:
        if part.main_kind == "multipart" or part.kind in NESTED:
            part.troubles.append("too-deep")
        return part
    if part.main_kind == "multipart":
        _read_multipart(part, depth, count)
    elif part.kind in NESTED:
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


def _split(source: bytes, start: int, end: int) -> tuple[list[tuple[str, str]], int, list[str]]:
    """Header fields and where the body begins."""
    if start < end and source[start] in b"\r\n":
        return [], start + (2 if source.startswith(b"\r\n", start) else 1), []
    usual_end = source.find(b"\n\r\n", start, min(end, start + LONGEST_PEEK * 10))
    if usual_end >= 0:
        headers = _plain_fields(source[start:usual_end])
        if headers is not None:
            return headers, usual_end + 3, []
    header_end, body_start = _header_end(source, start, end)
    block = source[start:header_end]
    headers = _plain_fields(block)
    if headers is not None:
        return headers, body_start, []
    headers, offset, troubles = _any_fields(block)
    return headers, body_start if offset is None else start + offset, troubles


def _plain_fields(block: bytes) -> list[tuple[str, str]] | None:
    """The fields of a header that keeps the rules; None for one that must be read with care."""
    if not block.isascii() or b"\x00" in block:
        return None
    text = block.decode("ascii").replace("\r\n", "\n").removesuffix("\r")
    if "\r" in text:
        return None
    text = text.replace("\n ", " ").replace("\n\t", "\t")
    found = FIELD.findall(text)
    if len(found) != text.count("\n") + 1 or len(found) > MOST_HEADERS:
        return None
    return [(name, value[:LONGEST_HEADER].strip(BLANKS)) for name, value in found]


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
            value = line[name.end() : name.end() + LONGEST_HEADER].replace(b"\x00\x00", b"").strip()
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


def _type(part: Part, default: str) -> tuple[str, dict[str, str]]:
    value = part.get("content-type")
    if not value:
        return default, {}
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
