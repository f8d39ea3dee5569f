"""The index in PostgreSQL: a tsvector beside each mail's place, written from our own tokens without a dictionary."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from mailroom.records.emails.search import stream
from mailroom.records.emails.search.clauses import Clause, Phrase

if TYPE_CHECKING:
    from mailroom.records.emails.search.store import Document

PUT = (
    "INSERT INTO emails_searchdocument (email_id, place, tokens) VALUES (%s, %s, %s::tsvector) "
    "ON CONFLICT (email_id) DO UPDATE SET place = excluded.place, tokens = excluded.tokens"
)
ADD = "COPY emails_searchdocument (email_id, place, tokens) FROM STDIN"
HITS = "SELECT place FROM emails_searchdocument WHERE tokens @@ %s::tsquery AND place < %s ORDER BY place DESC LIMIT %s"
LARGEST = 2**63 - 1
POSITIONS = tuple(map(str, range(1, stream.MOST_TOKENS + 1)))


class PostgresqlStore:
    """See `store.Store`."""

    def put(self, documents: Sequence["Document"]) -> None:
        """Insert or update."""
        with connection.cursor() as cursor:
            cursor.executemany(PUT, list(_rows(documents)))

    def add(self, documents: Sequence["Document"]) -> None:
        """By COPY, which knows no conflict."""
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(ADD) as copy:
            for row in _rows(documents):
                copy.write_row(row)

    def hits(self, clauses: Sequence[Clause], below: int | None, most: int) -> list[int]:
        """By the word index for rare words, down the places for common ones: the planner knows which are which."""
        with connection.cursor() as cursor:
            cursor.execute(HITS, [expression(clauses), LARGEST if below is None else below, most])
            return [row[0] for row in cursor.fetchall()]

    def only(self, ids: Sequence[int]) -> tuple[str, list[Any]]:
        """By way of an array."""
        return "SELECT unnest(%s::bigint[])", [list(ids)]


def _rows(documents: Sequence["Document"]) -> Iterator[tuple[int, int, str]]:
    return ((one.email_id, one.place, vector(one.tokens)) for one in documents)


def vector(tokens: Sequence[str]) -> str:
    """The stream as a tsvector's text: each token with its positions."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for token, place in zip(tokens, POSITIONS, strict=False):
        places[token].append(place)
    places.pop(stream.GAP, None)
    return " ".join([f"'{token}':{','.join(found)}" for token, found in places.items()])


def expression(clauses: Sequence[Clause]) -> str:
    """The clauses in tsquery's words."""
    said = [("!" if clause.negative else "") + _clause(clause) for clause in clauses]
    if all(clause.negative for clause in clauses):
        said.insert(0, f"'{stream.EVERY}'")
    return " & ".join(said)


def _clause(clause: Clause) -> str:
    groups = (" | ".join(_phrase(phrase) for phrase in group) for group in clause.groups)
    return "(" + " & ".join(f"({group})" for group in groups) + ")"


def _phrase(phrase: Phrase) -> str:
    last = len(phrase.tokens) - 1
    words = (f"'{token}'" + (":*" if phrase.prefix and at == last else "") for at, token in enumerate(phrase.tokens))
    return "(" + " <-> ".join(words) + ")"


STORE = PostgresqlStore()
