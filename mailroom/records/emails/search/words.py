"""Text as the index knows it: folded to plain small letters, cut into words."""

import re
import unicodedata

LONGEST_WORD = 64
# Scripts that write without blanks: each sign is a word of its own, a search for several is a phrase.
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
_WORD = re.compile(rf"[{_SIGNS}]|[^\W_{_SIGNS}]+")
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
# What decomposition leaves as it is, written as people type it on a keyboard that lacks the letter.
SPELLED = {
    "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ħ": "h", "\u0131": "i",
    "ŧ": "t",
}  # fmt: skip


def fold(text: str) -> str:
    """Small letters without accents: "Søknad", "SØKNAD" and "soknad" are one."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()
    for letter, spelled in SPELLED.items():  # several times as fast as a translation, which looks up every letter
        if letter in plain:
            plain = plain.replace(letter, spelled)
    return plain


def composed(text: str) -> str:
    """Each accented letter as one sign: "a" with a ring set apart is "å"."""
    return unicodedata.normalize("NFC", text)


def split(text: str) -> list[str]:
    """The words of a text, folded, each of at most 64 letters."""
    found = _WORD.findall(fold(text))
    if found and len(max(found, key=len)) > LONGEST_WORD:
        return [word[:LONGEST_WORD] for word in found]
    return found


def first(text: str, most: int) -> list[str]:
    """The first `most` words of a text."""
    return split(text)[:most]
