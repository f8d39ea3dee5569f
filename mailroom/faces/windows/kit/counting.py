"""Counts that never scan a million rows: exact up to a bound, "10,000+" beyond, all of a page in one query."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.utils.formats import number_format

from mailroom.base import prepared
from mailroom.records.emails import queries
from mailroom.records.organisation.models import User

BOUND = 10_000
Rows = Callable[[User], QuerySet[Any]]


class BoundedCount(Subquery):
    """How many rows a query has, as one expression; counting stops one past the bound."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) bounded)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[: BOUND + 1])


def count_all(user: User, rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """The bounded count of each query, asked for in one statement."""
    if not rows:
        return {}
    return _by_name(rows, list(_statement(user, rows)))


def count_standing(user: User, rows: Mapping[str, Rows]) -> dict[str, int]:
    """The same of what is counted on every page: which rows depends on the name and on the person's sight alone."""
    if not rows:
        return {}
    key = ("counts", *queries.sight_of(user), *rows.items())
    return _by_name(
        rows, prepared.values(key, lambda: _statement(user, {name: make(user) for name, make in rows.items()}))
    )


def _statement(user: User, rows: Mapping[str, QuerySet[Any]]) -> QuerySet[Any, Any]:
    return User.objects.order_by().filter(pk=user.pk).values_list(*map(BoundedCount, rows.values()))


def _by_name(names: Iterable[str], found: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    counts = found[0] if found else ()
    return {name: int(count or 0) for name, count in zip_longest(names, counts)}


def words(count: int) -> str:
    """A bounded count for the screen: "1,284", and "10,000+" beyond the bound."""
    shown = number_format(min(count, BOUND), use_l10n=True, force_grouping=True)
    return f"{shown}+" if count > BOUND else shown
