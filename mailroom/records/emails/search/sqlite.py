"""The index in SQLite: an FTS5 table whose rowid is the place, so that hits come newest first without sorting.

The tokenizer `ascii` cuts at blanks alone, since tokens hold nothing but letters, digits and signs beyond ASCII.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from mailroom.records.emails.search import stream
from mailroom.records.emails.search.clauses import Clause, Phrase

if TYPE_CHECKING:
    from mailroom.records.emails.search.store import Document

PUT = "INSERT INTO emails_searchdocument (email_id, place) VALUES (%s, %s)"
FORGET = "DELETE FROM emails_searchdocument WHERE email_id IN (SELECT value FROM json_each(%s))"
HITS = "SELECT rowid FROM emails_search WHERE emails_search MATCH %s AND rowid < %s ORDER BY rowid DESC LIMIT %s"
LARGEST = 2**63 - 1


class SqliteStore:
    """See `store.Store`."""

    def put(self, documents: Sequence["Document"]) -> None:
        """Delete and insert: the trigger takes the old tokens out."""
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [json.dumps([one.email_id for one in documents])])
        self.add(documents)

    def add(self, documents: Sequence["Document"]) -> None:
        """Two statements, each for all rows."""
        with connection.cursor() as cursor:
            cursor.executemany(PUT, [(one.email_id, one.place) for one in documents])
            cursor.executemany(
                "INSERT INTO emails_search (rowid, tokens) VALUES (%s, %s)",
                [(one.place, " ".join(one.tokens)) for one in documents],
            )

    def hits(
        self, clauses: Sequence[Clause], below: int | None, most: int, looked_at: int
    ) -> tuple[list[int], int | None]:
        """One walk down the rowids; only lists of words are read, never a mail."""
        with connection.cursor() as cursor:
            cursor.execute(HITS, [expression(clauses), LARGEST if below is None else below, most])
            places = [row[0] for row in cursor.fetchall()]
        return places, places[-1] if len(places) == most else None

    def only(self, ids: Sequence[int]) -> tuple[str, list[Any]]:
        """Written out: only then does the planner begin with them, and a long list is no long list of parameters."""
        return ", ".join(str(int(key)) for key in ids) or "NULL", []


def expression(clauses: Sequence[Clause]) -> str:
    """The clauses in FTS5's words."""
    wanted = [_clause(clause) for clause in clauses if not clause.negative] or [f'"{stream.EVERY}"']
    said = " AND ".join(wanted)
    for clause in clauses:
        if clause.negative:
            said = f"({said}) NOT {_clause(clause)}"
    return said


def _clause(clause: Clause) -> str:
    groups = (" OR ".join(_phrase(phrase) for phrase in group) for group in clause.groups)
    return "(" + " AND ".join(f"({group})" for group in groups) + ")"


def _phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + ("*" if phrase.prefix else "")


STORE = SqliteStore()
