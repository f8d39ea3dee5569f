"""A query as the index is asked: clauses that must all hold, made of phrases of tokens."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailroom.records.emails.search import stream
from mailroom.records.emails.search.query import Term
from mailroom.records.emails.search.vocabulary import Known

ADDRESSED = (stream.SENDER, stream.TO, stream.CC, stream.BCC)
SHORTEST_PART = 3
Expand = Callable[[str], Known]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that follow each other; the last one may be the beginning of a token."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """In each group one phrase must stand in the mail; with `negative` that must not be so."""

    groups: tuple[tuple[Phrase, ...], ...]
    negative: bool = False


def of(terms: Iterable[Term], expand: Expand) -> tuple[Clause, ...]:
    """The clauses of the terms. `expand(part)` answers the known address words that a part of one means."""
    made = [Clause(_groups(term, expand), term.negative) for term in terms]
    return tuple(sorted(made, key=lambda clause: clause.negative))


def _groups(term: Term, expand: Expand) -> tuple[tuple[Phrase, ...], ...]:
    if term.quoted or term.field == stream.SUBJECT:
        fields = [term.field] if term.field else ["", stream.ADDRESS]
        return (tuple(_phrase(mark, term) for mark in fields),)
    if term.field:
        return tuple(_part(term.field, word, expand) for word in term.words)
    written = (_phrase("", term), _phrase(stream.ADDRESS, term))
    if len(term.words) > 1 and not term.address:
        return (written,)
    return tuple(tuple(dict.fromkeys((*written, *_part(stream.ADDRESS, word, expand)))) for word in term.words)


def _phrase(mark: str, term: Term) -> Phrase:
    return Phrase(tuple(mark + word for word in term.words), term.prefix)


def _part(mark: str, word: str, expand: Expand) -> tuple[Phrase, ...]:
    """A part of an address in one field: words that begin with it, and known words that hold it further in.

    Whole words cost an index less than a beginning, for which it gathers all mails before it answers the newest.
    """
    if len(word) < SHORTEST_PART:
        return (Phrase((mark + word,)),)
    known = expand(word)
    inside = [Phrase((mark + other,)) for other in known.inside]
    if known.beginning is None:
        return (Phrase((mark + word,), prefix=True), *inside)
    return (Phrase((mark + word,)), *(Phrase((mark + other,)) for other in known.beginning if other != word), *inside)
