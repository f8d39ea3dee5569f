"""Content-Type and Content-Disposition with their parameters (RFC 2045 §5.1, RFC 2183, RFC 2231), read tolerantly."""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from mailroom.mime import charsets

# A value is quoted (QUIRK: perhaps never closed), or goes on to the next semicolon.
PARAMETER = re.compile(r";\s*([^\s=;\"]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;\"]*(?:\"[^;\"]*)*))", re.DOTALL)
COMMENT = re.compile(r"\([^()\"]*\)")
ESCAPED = re.compile(r"\\([\"\\])")
PIECE = re.compile(r"^([^*]+)\*(?:(\d+)(\*)?)?$")
# What most programs write: one parameter, quoted without escapes or bare.
USUAL = re.compile(r"([A-Za-z0-9/+._-]+);\s*([A-Za-z0-9-]+)=(?:\"([^\"\\]+)\"|([A-Za-z0-9/+._-]+))")
SIMPLE_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+'-]+")


@lru_cache(maxsize=512)
def read(value: str) -> tuple[str, dict[str, str]]:
    """The value before the first semicolon in lower case, and the parameters by lower-case name, decoded."""
    usual = USUAL.fullmatch(value)
    if usual is not None:
        head, name, quoted, plain = usual.groups()
        return head.lower(), {name.lower(): quoted or plain}
    head, mark, rest = value.partition(";")
    if not mark:
        head, mark, rest = _without_semicolon(value)
    found: dict[str, str] = {}
    for name, quoted, plain in PARAMETER.findall(mark + rest):
        text = ESCAPED.sub(r"\1", quoted) if quoted else COMMENT.sub("", plain).strip().strip("'")
        found.setdefault(name.lower(), text)
    if any("*" in name for name in found):
        found = _joined(found)
    return COMMENT.sub("", head).strip().strip('"').lower(), found


def _without_semicolon(value: str) -> tuple[str, str, str]:
    """QUIRK: `multipart/mixed boundary=x`, with the semicolon forgotten."""
    words = value.split(None, 1)
    if len(words) == 2 and "=" in words[1]:
        return words[0], ";", words[1]
    return value, "", ""


def _joined(found: dict[str, str]) -> dict[str, str]:
    """Continued and encoded parameters put together (RFC 2231 §3, §4)."""
    plain = {name: value for name, value in found.items() if "*" not in name}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, value in found.items():
        if "*" not in name:
            continue
        match = PIECE.match(name)
        if match is None:
            continue
        number = int(match[2]) if match[2] else 0
        encoded = match[2] is None or match[3] is not None
        pieces.setdefault(match[1], []).append((number, encoded, value))
    for name, listed in pieces.items():
        plain[name] = _decoded(sorted(listed, key=lambda piece: piece[0]))
    return plain


def _decoded(pieces: list[tuple[int, bool, str]]) -> str:
    charset = ""
    content = b""
    for place, (_number, encoded, value) in enumerate(pieces):
        text = value
        if encoded and place == 0 and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        content += unquote_to_bytes(text) if encoded else text.encode("utf-8", "surrogateescape")
    return charsets.decode(content, charset)[0]
