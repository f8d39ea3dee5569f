"""The index of whichever database this is: the same three functions in two hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import connection

from mailroom.records.emails.search import postgresql, sqlite
from mailroom.records.emails.search.clauses import Clause


@dataclass(frozen=True, slots=True)
class Document:
    """A mail's place in the index and its stream of tokens."""

    email_id: int
    place: int
    tokens: Sequence[str]


class Store(Protocol):
    """What search asks of a database."""

    def put(self, documents: Sequence[Document]) -> None:
        """Write documents over those of the same mails, inside the caller's transaction."""

    def add(self, documents: Sequence[Document]) -> None:
        """Write documents of mails that have none yet, inside the caller's transaction."""

    def hits(
        self, clauses: Sequence[Clause], below: int | None, most: int, looked_at: int
    ) -> tuple[list[int], int | None]:
        """The places of the newest `most` mails that the clauses hold for, those below the place `below`.

        With them the place below which older ones may be, None where there are none. An index that has to read mail
        by mail for common words looks at no more than about `looked_at` of them.
        """

    def only(self, ids: Sequence[int]) -> tuple[str, list[object]]:
        """What stands in the brackets of an IN for these keys, without a parameter for each."""


def current() -> Store:
    """The store of this database."""
    return postgresql.STORE if connection.vendor == "postgresql" else sqlite.STORE
