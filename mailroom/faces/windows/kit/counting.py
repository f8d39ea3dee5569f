"""Counts that never scan a million rows: exact up to a bound, "10,000+" beyond, all of a page in one query."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.utils.formats import number_format

from mailroom.records.organisation.models import User

BOUND = 10_000


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
    names = {f"count_{number}": name for number, name in enumerate(rows)}
    counted = {alias: BoundedCount(rows[name]) for alias, name in names.items()}
    found: Any = User.objects.order_by().filter(pk=user.pk).values(**counted).first() or {}
    return {name: int(found.get(alias) or 0) for alias, name in names.items()}


def words(count: int) -> str:
    """A bounded count for the screen: "1,284", and "10,000+" beyond the bound."""
    shown = number_format(min(count, BOUND), use_l10n=True, force_grouping=True)
    return f"{shown}+" if count > BOUND else shown
