"""The audit trail: who changed which record when, from what to what; a secret shows only that it changed.

Models that are `kept` are written down by themselves when an object is saved or deleted. What is changed by one
statement over many rows (`update`, `bulk_create`, deletion of mail) is told by `record` and `record_many`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, TypeVar

from auditlog.registry import auditlog
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.signals import pre_save

from mailroom.base.sealed import SealedTextField

Model = TypeVar("Model", bound=type[models.Model])
HIDDEN = "•••"
BATCH = 500


class Act(IntEnum):
    """What was done; the numbers are the library's."""

    CREATE = 0
    UPDATE = 1
    DELETE = 2
    ACCESS = 3


@dataclass(slots=True)
class Who:
    """Who acts in this context: a user or nobody, by which way ("window", "api", "command line"), from where."""

    user: Any = None
    way: str = ""
    address: str | None = None


_who: ContextVar[Who | None] = ContextVar("audit_who", default=None)


@contextmanager
def acting(user: Any = None, way: str = "", address: str | None = None) -> Iterator[Who]:
    """What is written inside is told of this user."""
    who = Who(user, way, address)
    token = _who.set(who)
    try:
        yield who
    finally:
        _who.reset(token)


def signed_in(user: Any) -> None:
    """The request that is being answered turns out to be this user's, by a token."""
    who = _who.get()
    if who is not None:
        who.user = user


def user() -> Any:
    """Who acts in this context; None for a program or a stranger."""
    who = _who.get()
    return who.user if who is not None else None


def kept(
    without: Collection[str] = (), hidden: Collection[str] = (), many: Collection[str] = ()
) -> Callable[[Model], Model]:
    """Write down what changes in a model: every field that a person may set, but not those of `without`.

    `hidden` fields and all sealed ones show only that they changed; `many` are relations to many records.
    """

    def decorate(model: Model) -> Model:
        fields = model._meta.local_concrete_fields
        secret = {*hidden, *(field.name for field in fields if isinstance(field, SealedTextField))}
        told = {field.name for field in fields if field.editable} - set(without)
        auditlog.register(
            model,
            include_fields=sorted(told),  # the library would follow every relation to one record, too
            mask_fields=sorted(secret & told),
            mask_callable="mailroom.base.audit.hide",
            m2m_fields=set(many),
        )
        return model

    return decorate


def hide(value: str) -> str:
    """What the trail shows of a secret: whether there was one."""
    return HIDDEN if value and value != "None" else ""


def record(what: models.Model, act: Act, by: Any = None, **changes: Any) -> None:
    """Write down one act; a change is what a field became, or a pair of before and after."""
    record_many([what], act, by, {what.pk: changes})


def record_many(
    rows: Sequence[models.Model], act: Act, by: Any = None, changes: Mapping[Any, Mapping[str, Any]] | None = None
) -> None:
    """Write down the same act on many records of one model, in batches; `changes` are by the key of each."""
    if not rows:
        return
    who = _who.get() or Who()
    user = by if by is not None else who.user
    kind, entries = ContentType.objects.get_for_model(type(rows[0])), trail()
    entries.bulk_create(
        (
            entries.model(
                content_type=kind,
                object_pk=str(row.pk),
                object_id=row.pk if isinstance(row.pk, int) else None,
                object_repr=str(row)[:500],
                action=int(act),
                changes={name: _pair(value) for name, value in (changes or {}).get(row.pk, {}).items()},
                actor=user,
                actor_email=getattr(user, "login", None),
                remote_addr=who.address,
                additional_data={"way": who.way} if who.way else None,
            )
            for row in rows
        ),
        batch_size=BATCH,
    )


def update(rows: "models.QuerySet[Any]", by: Any = None, **values: Any) -> int:
    """Set columns of many records by one statement, with an entry for each; how many there were."""
    found = list(rows)
    changes = {row.pk: {name: (getattr(row, name), value) for name, value in values.items()} for row in found}
    count: int = rows.filter(pk__in=[row.pk for row in found]).update(**values)
    if count:  # a row that somebody else changed first is not changed again
        record_many(found, Act.UPDATE, by, changes)
    return count


def save_many(rows: Sequence[models.Model], known_by: Sequence[str], fields: Sequence[str]) -> int:
    """Create records, or change `fields` of those that `known_by` finds, with an entry for each; how many rows."""
    if not rows:
        return 0
    model: Any = type(rows[0])
    before = _found(model, rows, known_by)
    model._default_manager.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=known_by, update_fields=fields
    )
    after = _found(model, rows, known_by)
    columns = [model._meta.get_field(name).attname for name in fields]
    record_many([row for key, row in after.items() if key not in before], Act.CREATE)
    changed = {}
    for key in before.keys() & after.keys():
        pairs = {
            name: (getattr(before[key], column), getattr(after[key], column))
            for name, column in zip(fields, columns, strict=True)
        }
        if changes := {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}:
            changed[after[key].pk] = changes
    record_many([row for row in after.values() if row.pk in changed], Act.UPDATE, changes=changed)
    return len(rows)


def _found(model: Any, rows: Sequence[models.Model], known_by: Sequence[str]) -> dict[tuple[Any, ...], Any]:
    """The rows of the database that are known by the same values as these."""
    wanted = [tuple(getattr(row, name) for name in known_by) for row in rows]
    last = sorted({key[-1] for key in wanted})
    found = (
        row
        for start in range(0, len(last), BATCH)
        for row in model._default_manager.filter(**{f"{known_by[-1]}__in": last[start : start + BATCH]})
    )
    by_key = {tuple(getattr(row, name) for name in known_by): row for row in found}
    return {key: by_key[key] for key in wanted if key in by_key}


def trail() -> Any:
    """All entries, as the manager of their table."""
    return apps.get_model("auditlog", "LogEntry")._default_manager


def forget(before: datetime) -> int:
    """Remove entries older than this, a few at a time so that nobody waits; how many went."""
    gone = 0
    while ids := list(trail().filter(timestamp__lt=before).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        gone += trail().filter(pk__in=ids).delete()[0]
    return gone


def _pair(value: Any) -> list[str]:
    before, after = value if isinstance(value, tuple) else ("", value)
    return [str(before), str(after)]


def _tell_who(sender: type[models.Model], instance: Any, **_: Any) -> None:
    who = _who.get()
    if who is None or not instance._state.adding:
        return
    if who.user is not None and who.user.pk is not None:
        instance.actor, instance.actor_email = who.user, getattr(who.user, "login", None)
    instance.remote_addr = who.address
    instance.additional_data = {"way": who.way} if who.way else None


pre_save.connect(_tell_who, sender="auditlog.LogEntry", dispatch_uid="mailroom.audit")
