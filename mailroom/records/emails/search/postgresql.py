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
SIZE = "SELECT reltuples FROM pg_class WHERE oid = 'emails_searchdocument'::regclass"
EXPECTED = "EXPLAIN (FORMAT JSON) SELECT FROM emails_searchdocument WHERE tokens @@ %s::tsquery"
# Rare words: all mails that have them, by the word index alone.
RARE = (
    "WITH found AS MATERIALIZED (SELECT place FROM emails_searchdocument WHERE tokens @@ %s::tsquery) "
    "SELECT place FROM found WHERE place < %s ORDER BY place DESC LIMIT %s"
)
# Common words: mail by mail, newest first, and not beyond a number of them.
COMMON = (
    "SELECT place FROM (SELECT place, tokens FROM emails_searchdocument WHERE place < %s ORDER BY place DESC LIMIT %s) "
    "newest WHERE tokens @@ %s::tsquery ORDER BY place DESC LIMIT %s"
)
BOUNDARY = "SELECT place FROM emails_searchdocument WHERE place < %s ORDER BY place DESC LIMIT 1 OFFSET %s"
RARELY = 200  # a word is rare that stands in fewer than one mail of so many
LARGEST = 2**63 - 1
MOST_EXPECTATIONS = 1_000
_EXPECTATIONS: dict[tuple[str, int], int] = {}
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

    def hits(
        self, clauses: Sequence[Clause], below: int | None, most: int, looked_at: int
    ) -> tuple[list[int], int | None]:
        """By the word index for rare words, down the places for common ones."""
        wanted, start = expression(clauses), LARGEST if below is None else below
        with connection.cursor() as cursor:
            if _rare(cursor, clauses):
                cursor.execute(RARE, [wanted, start, most])
                places = [row[0] for row in cursor.fetchall()]
                return places, places[-1] if len(places) == most else None
            cursor.execute(COMMON, [start, looked_at, wanted, most])
            places = [row[0] for row in cursor.fetchall()]
            if len(places) == most:
                return places, places[-1]
            cursor.execute(BOUNDARY, [start, looked_at - 1])
            last: tuple[int] | None = cursor.fetchone()
            return places, last[0] if last else None

    def only(self, ids: Sequence[int]) -> tuple[str, list[Any]]:
        """By way of an array."""
        return "SELECT unnest(%s::bigint[])", [list(ids)]


def _rare(cursor: Any, clauses: Sequence[Clause]) -> bool:
    """Whether the planner expects few mails with these words; a word that shall not be there makes none rare."""
    cursor.execute(SIZE)
    mails: int = cursor.fetchone()[0]
    if mails < RARELY:  # also a table that nobody counted yet
        return True
    return _expected(cursor, expression([one for one in clauses if not one.negative]), mails) * RARELY < mails


def _expected(cursor: Any, wanted: str, mails: int) -> int:
    """How many of `mails` the planner expects to have these words; known from then on until they are counted anew."""
    known = _EXPECTATIONS.get((wanted, mails))
    if known is None:
        cursor.execute(EXPECTED, [wanted])
        known = int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])
        if len(_EXPECTATIONS) >= MOST_EXPECTATIONS:
            _EXPECTATIONS.clear()
        _EXPECTATIONS[wanted, mails] = known
    return known


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
