"""The files of a record: each content is stored once, whoever brings it."""

from collections.abc import Collection
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from mailroom.records.crm import entities
from mailroom.records.crm.models import EntityFile
from mailroom.records.emails import status
from mailroom.records.files import store
from mailroom.records.files.models import StoredFile
from mailroom.records.organisation.models import User

LARGEST = 25_000_000
MOST = 200


class TooLarge(ValueError):
    """A file is larger than a record takes; the text says how large it may be."""


def of(record: models.Model | None) -> list[EntityFile]:
    """The files of a record, in the order they came."""
    if record is None:
        return []
    rows = EntityFile.objects.filter(entity_type=entities.of_record(record).key, entity_id=record.pk)
    return list(rows.select_related("file", "created_by")[:MOST])


def add(record: models.Model, name: str, content: bytes, now: datetime, by: User | None) -> EntityFile:
    """Store `content` as a file of the record; raises TooLarge, or status.Refused where its files are fixed."""
    if len(content) > LARGEST:
        raise TooLarge(_("%(name)s is larger than %(n)d MB.") % {"name": name, "n": LARGEST // 10**6})
    return take(record, store.put(content), name, len(content), now, by)


@transaction.atomic
def take(record: models.Model, stored: StoredFile, name: str, size: int, now: datetime, by: User | None) -> EntityFile:
    """Make stored content a file of the record, without a copy; raises status.Refused where its files are fixed."""
    _check(record)
    return EntityFile.objects.create(
        entity_type=entities.of_record(record).key,
        entity_id=record.pk,
        file=stored,
        name=name[:255] or str(_("File")),
        size=size,
        created_at=now,
        created_by=by,
    )


@transaction.atomic
def remove(record: models.Model, ids: Collection[int]) -> int:
    """Take files off the record; returns how many. Raises status.Refused where its files are fixed."""
    if not ids:
        return 0
    _check(record)
    kind = entities.of_record(record)
    rows = EntityFile.objects.filter(entity_type=kind.key, entity_id=record.pk, pk__in=list(ids))
    return rows.delete()[0]


def find(record: models.Model, number: int) -> EntityFile | None:
    """One file of the record."""
    kind = entities.of_record(record)
    rows = EntityFile.objects.filter(entity_type=kind.key, entity_id=record.pk, pk=number)
    return rows.select_related("file").first() if 0 < number <= entities.LARGEST else None


def _check(record: models.Model) -> None:
    if why := entities.of_record(record).fixed(record):
        raise status.Refused(why)
