"""Transfer encodings (RFC 2045 §6) decoded; what is cut or damaged gives what can be read of it."""

import binascii
import re

from mailroom.mime.message import Defect

NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")


def decode(body: bytes, encoding: str, defects: list[Defect]) -> bytes:
    """The content of a part by the name of its encoding; unknown names leave it as it is."""
    name = encoding.partition(";")[0].strip().strip("\"'").lower()
    if name in {"base64", "b64", "64bit"}:
        return base64_at(body, 0, len(body), defects)
    if name == "quoted-printable":
        return binascii.a2b_qp(body)
    if name in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return _uuencoded(body)
    return body


def base64_at(source: bytes, start: int, end: int, defects: list[Defect]) -> bytes:
    """The content of base64 text that lies within `source`; clean text is decoded where it lies."""
    stop = end
    while stop > start and source[stop - 1] in b" \t\r\n":
        stop -= 1
    if source.find(b"=", start, max(start, stop - 2)) < 0:
        try:
            return binascii.a2b_base64(memoryview(source)[start:stop])
        except binascii.Error:
            pass
    return _damaged_base64(source[start:end], defects)


def _damaged_base64(body: bytes, defects: list[Defect]) -> bytes:
    clean = NOT_BASE64.sub(b"", body)
    pieces = [piece for piece in re.split(rb"=+", clean) if piece]
    content = []
    for whole in pieces:
        piece = whole
        if len(piece) % 4 == 1:
            code = Defect("base64-broken", "A part's base64 text is cut or damaged; what could be read is shown.")
            defects.append(code)
            piece = piece[:-1]
        content.append(binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)))
    return b"".join(content)


def _uuencoded(body: bytes) -> bytes:
    lines = []
    for line in body.splitlines():
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
