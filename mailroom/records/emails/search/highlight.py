"""Where a query's words stand in the text as it was written: "Søknad" for "soknad"."""

import re
from collections import defaultdict
from collections.abc import Iterable

from mailroom.records.emails.search import stream, words
from mailroom.records.emails.search.query import Query, Term

LATIN = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
_MARKS = "[\u0300-\u036f]*"
Piece = tuple[str, bool]


def _spellings() -> dict[str, str]:
    """For each folded letter, or pair of letters, the letters that are folded to it."""
    found: dict[str, str] = defaultdict(str)
    for code in LATIN:
        folded = words.fold(chr(code))
        if folded and len(folded) <= 2:
            found[folded] += chr(code)
    return dict(found)


SPELLINGS = _spellings()


def pattern(query: Query) -> re.Pattern[str] | None:
    """Finds what the query asks for in subject and body; None when it asks for nothing there."""
    found = [_of_term(term) for term in query.terms if not term.negative and term.field in {"", stream.SUBJECT}]
    return re.compile("|".join(found), re.IGNORECASE) if found else None


def _of_term(term: Term) -> str:
    body = r"[\W_]+".join(_of_word(word) for word in term.words)
    return rf"(?<![^\W_]){body}" + (r"\w*" if term.prefix else r"(?![^\W_])")


def _of_word(word: str) -> str:
    made, place = "", 0
    while place < len(word):
        pair = word[place : place + 2]
        if len(pair) == 2 and pair in SPELLINGS:
            made += f"(?:{_of_letter(pair[0])}{_of_letter(pair[1])}|[{SPELLINGS[pair]}])"
            place += 2
        else:
            made += _of_letter(word[place])
            place += 1
    return made


def _of_letter(letter: str) -> str:
    return f"[{re.escape(letter)}{SPELLINGS.get(letter, '')}]{_MARKS if letter.isalpha() else ''}"


def marked(text: str, found: re.Pattern[str]) -> list[Piece]:
    """The text in pieces, those that were searched for marked as true."""
    pieces: list[Piece] = []
    place = 0
    for hit in found.finditer(text):
        pieces += [(text[place : hit.start()], False), (hit.group(), True)]
        place = hit.end()
    return [piece for piece in (*pieces, (text[place:], False)) if piece[0]]


def snippet(text: str, found: re.Pattern[str], before: int = 40, length: int = 140) -> list[Piece]:
    """A stretch of the text round the first hit, in pieces; empty when there is none."""
    hit = found.search(text)
    if hit is None:
        return []
    start = max(0, hit.start() - before)
    if start:
        start = text.find(" ", start, hit.start()) + 1 or start
    cut = " ".join(text[start : start + length].split())
    return marked(f"{'…' if start else ''}{cut}{'…' if len(text) > start + length else ''}", found)


def has_hit(pieces: Iterable[Piece]) -> bool:
    """Whether something is marked."""
    return any(hit for _text, hit in pieces)
