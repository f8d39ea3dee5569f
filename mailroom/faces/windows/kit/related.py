"""The rows of a page with what they point to: each person or account once, where a join repeats it in every row."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import ForeignKey, Model, QuerySet

from mailroom.base import prepared


def read(rows: QuerySet[Any], keys: Sequence[int]) -> list[Any]:
    """The rows with these keys, which are known to be among `rows`, with what `rows` selects beside them."""
    names = rows.query.select_related
    if not isinstance(names, dict) or not _simple(rows, names):
        return list(rows.filter(pk__in=keys))
    deferred = rows.query.deferred_loading[0]
    found = prepared.by_keys(rows.model, keys, frozenset(name for name in deferred if "__" not in name))
    for name in names:
        unseen = frozenset(field.removeprefix(f"{name}__") for field in deferred if field.startswith(f"{name}__"))
        _attach(found, rows.model._meta.get_field(name), unseen)
    return found


def _simple(rows: QuerySet[Any], names: Mapping[str, Any]) -> bool:
    """Whether the rows are plain, and what they select stands one link away and is all but for some fields."""
    if rows.query.annotations or any(names.values()):
        return False
    fields = [rows.model._meta.get_field(name) for name in names]
    return rows.query.deferred_loading[1] and all(type(field) is ForeignKey for field in fields)


def _attach(found: Sequence[Model], field: Any, without: frozenset[str]) -> None:
    keys = {getattr(row, field.attname) for row in found} - {None}
    others = {other.pk: other for other in prepared.by_keys(field.related_model, keys, without)}
    for row in found:
        if (key := getattr(row, field.attname)) in others:
            field.set_cached_value(row, others[key])
