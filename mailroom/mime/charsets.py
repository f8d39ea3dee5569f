"""Bytes to text: declared charset, then UTF-8, then what the bytes most likely are; never an error."""

import binascii
import codecs
import re
from functools import lru_cache

NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
FOLDED_ESCAPE = re.compile(r"=\s+(?=[0-9A-Fa-f]{2})")
ENCODED_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
# QUIRK: names that programs write for charsets Python knows otherwise, or whose superset is meant (WHATWG Encoding).
ALIASES = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "cp1255",
    "iso-8859-8": "cp1255",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "iso-8859-6-i": "iso-8859-6",
    "windows-874": "cp874",
    "tis-620": "cp874",
}
SEVEN_BIT_STATEFUL = {"utf-7", "iso-2022-jp", "iso-2022-kr", "hz", "iso2022_jp"}


@lru_cache(maxsize=128)
def codec_for(charset: str) -> str | None:
    """Python's name for a declared charset, or None when it is unknown."""
    name = charset.strip().strip("\"'").lower().split("*")[0]
    name = ALIASES.get(name, name)
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return codec.name if codec._is_text_encoding else None


def decode(content: bytes, charset: str = "") -> tuple[str, str]:
    """Text of `content`, and a short code when the declared charset was not the one used (`""` when it was)."""
    codec = codec_for(charset) if charset else None
    if content.startswith(codecs.BOM_UTF8):
        return content[3:].decode("utf-8", "replace"), ""
    if codec and codec not in {"cp1252", "utf-8"}:
        try:
            return content.decode(codec), ""
        except (UnicodeDecodeError, ValueError):
            pass
    if codec != "cp1252" or not content.isascii():
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = ""
        if text or not content:
            mislabelled = bool(charset) and codec not in {"utf-8", None} and not content.isascii()
            return text, "charset-mislabelled" if mislabelled else ("charset-unknown" if charset and not codec else "")
    if codec == "cp1252":
        return _windows(content), ""
    if codec == "utf-8" and content.decode("utf-8", "ignore").isascii():
        return _guess(content), "charset-mislabelled"  # not one sequence of UTF-8 among its eight-bit bytes
    if codec:
        return content.decode(codec, "replace"), "charset-mislabelled"
    return _guess(content), "charset-unknown" if charset else "charset-missing"


def _windows(content: bytes) -> str:
    """Windows-1252 with its five holes read as Latin-1, as browsers do."""
    if content.isascii():
        return content.decode("ascii")
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _guess(content: bytes) -> str:
    """A guess for undeclared eight-bit text; long texts are asked of a library, short ones are Western."""
    if len(content) >= 64:
        from charset_normalizer import from_bytes  # costly to load, rarely needed

        best = from_bytes(content[:20_000]).best()
        if best is not None and codec_for(best.encoding):
            return content.decode(best.encoding, "replace")
    return _windows(content)


def decode_words(text: str) -> str:
    """Decode the encoded words of a header value (RFC 2047); what cannot be decoded stays as it is.

    QUIRK: some programs cut a character in two words, fold inside a word, or glue words to text: neighbours of one
    charset are joined as bytes before they are decoded, blanks inside base64 and escapes are dropped.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    pending, charset, last = b"", "", 0
    for match in ENCODED_WORD.finditer(text):
        gap = text[last : match.start()]
        name = match[1].partition("*")[0].lower()
        if pending and (gap.strip() or name != charset):
            out.append(decode(pending, charset)[0])
            pending = b""
        if gap.strip() or (gap and not last):
            out.append(gap)
        pending += _word_bytes(match[2], match[3])
        charset, last = name, match.end()
    out.append(decode(pending, charset)[0] if pending else "")
    out.append(text[last:])
    return "".join(out)


def _word_bytes(kind: str, text: str) -> bytes:
    if kind in "bB":
        try:
            return binascii.a2b_base64(text, strict_mode=True)
        except ValueError:
            clean = NOT_BASE64.sub("", text)
        return binascii.a2b_base64(clean[: len(clean) - (len(clean) % 4 == 1)] + "=" * (-len(clean) % 4))
    joined = FOLDED_ESCAPE.sub("=", text).replace("_", " ")
    return binascii.a2b_qp(joined.encode("utf-8", "surrogateescape").replace(b" ", b"=20"))
