"""Link to: emails become activities of a record of any type, and what keeps those links true."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from mailroom.records.crm import entities
from mailroom.records.crm.models import EntityFile, Event, Task
from mailroom.records.emails import links
from mailroom.records.emails.links import Related
from mailroom.records.organisation.models import User


class NotThere(ValueError):
    """There is no such type or record, or the person may not see it; the text says which."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The emails that changed, and the record they are activities of now."""

    ids: list[int]
    description: str


def related(record: models.Model) -> Related:
    """A record as an email names it."""
    kind = entities.of_record(record)
    return Related(kind.key, record.pk, kind.describe(record)[: links.LONGEST])


def find(type_key: str, reference: Any, user: User) -> Any:
    """The record of a type by key or number; raises NotThere."""
    kind = entities.of_key(type_key)
    if kind is None:
        raise NotThere(_("There is no type “%(type)s”.") % {"type": type_key[:40]})
    record = kind.find(user, reference)
    if record is None:
        values = {"type": kind.label, "reference": str(reference)[:40]}
        raise NotThere(_("%(type)s “%(reference)s” was not found.") % values)
    return record


def further(email_id: int, user: User) -> list[Related]:
    """The further records of an email that a person may see, with their words."""
    found = links.further_of(email_id)
    rows: dict[tuple[str, int | None], Any] = {}
    for key in {one.type for one in found}:
        kind = entities.of_key(key)
        ids = [one.id for one in found if one.type == key]
        rows |= {(key, row.pk): row for row in kind.rows(user).filter(pk__in=ids)} if kind is not None else {}
    return [related(rows[one.type, one.id]) for one in found if (one.type, one.id) in rows]


def link(ids: Collection[int], record: models.Model, now: datetime, by: User | None) -> Linked:
    """Make emails activities of `record` in place of what they were before."""
    target = related(record)
    return Linked(links.link(ids, target, now, by), target.description)


def unlink(ids: Collection[int], now: datetime, by: User | None) -> list[int]:
    """Take emails off their records."""
    return links.link(ids, links.NOTHING, now, by)


def renamed(record: models.Model) -> None:
    """Bring the words on a record's emails, tasks and events up to date after it was saved."""
    target = related(record)
    links.describe(target)
    for model in (Task, Event):
        rows = model._default_manager.filter(related_entity_type=target.type, related_entity_id=target.id)
        rows.update(related_entity_description=target.description)


def forget(records: Collection[models.Model], now: datetime, by: User | None) -> None:
    """Before records are deleted: their emails, tasks and events stay, without the link; their files go."""
    for kind in {entities.of_record(record) for record in records}:
        ids = [record.pk for record in records if entities.of_record(record) is kind]
        links.forget(kind.key, ids, now, by)
        for model in (Task, Event):
            rows = model._default_manager.filter(related_entity_type=kind.key, related_entity_id__in=ids)
            rows.update(related_entity_type="", related_entity_id=None, related_entity_description="")
        EntityFile.objects.filter(entity_type=kind.key, entity_id__in=ids).delete()
