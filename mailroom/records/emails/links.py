"""Makes emails activities of a record: the only code that writes `related_entity_*` on a mail that exists.

A record is a type and an id here; what they stand for is known to others. Each change is kept, so it can be taken back.
An email may belong to further records beside that one, as a mass mail and its answers do to a campaign.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from mailroom.records.emails.models import Email, FurtherEntity, LinkChange
from mailroom.records.organisation.models import User

BATCH = 500  # below SQLite's limit of variables in one statement
LONGEST = 200
COLUMNS = ("related_entity_type", "related_entity_id", "related_entity_description")


@dataclass(frozen=True, slots=True)
class Related:
    """A record by its type and id, and the words that lists show; the empty one is no record."""

    type: str = ""
    id: int | None = None
    description: str = ""


NOTHING = Related()


def link(ids: Collection[int], related: Related, now: datetime, by: User | None = None) -> list[int]:
    """Make emails activities of `related` in place of what they were; `NOTHING` unlinks. Returns those that changed."""
    return _change(dict.fromkeys(ids, related), now, by)


def link_at_hand(email: Email, related: Related, now: datetime) -> None:
    """Make one email an activity of `related`; the row that the caller holds tells it, too."""
    link([email.pk], related, now)
    email.related_entity_type, email.related_entity_id = related.type, related.id
    email.related_entity_description = related.description


def take_back(ids: Collection[int], now: datetime, by: User | None = None) -> list[int]:
    """Undo the last link of each email, where it still stands as that change left it. Returns those that changed."""
    wanted: dict[int, Related] = {}
    for batch in _batches(ids):
        last = LinkChange.objects.filter(email__in=batch).values("email").annotate(last=Max("id")).values("last")
        changes = list(LinkChange.objects.filter(pk__in=last).select_related("email"))
        for change in changes:
            stands = (change.email.related_entity_type, change.email.related_entity_id)
            if stands == (change.after_type, change.after_id):
                before = Related(change.before_type, change.before_id, change.before_description)
                wanted[change.email_id] = before
    return _change(wanted, now, by)


def describe(related: Related) -> int:
    """Bring the words on all mails of a record up to date; returns how many had others."""
    rows = Email.objects.filter(related_entity_type=related.type, related_entity_id=related.id)
    words = related.description[:LONGEST]
    return rows.exclude(related_entity_description=words).update(related_entity_description=words)


def forget(type_key: str, records: Collection[int], now: datetime, by: User | None = None) -> int:
    """Unlink every mail of records that are deleted; returns how many."""
    rows = Email.objects.filter(related_entity_type=type_key, related_entity_id__in=list(records)).order_by("id")
    forgotten = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        forgotten += len(link(ids, NOTHING, now, by))
    FurtherEntity.objects.filter(entity_type=type_key, entity_id__in=list(records)).delete()
    return forgotten


def further(pairs: Iterable[tuple[int, Related]]) -> None:
    """Make emails activities of further records beside their related entity; what they are already stays."""
    rows = [FurtherEntity(email_id=pk, entity_type=one.type, entity_id=one.id) for pk, one in pairs if one.id]
    FurtherEntity.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)


def further_of(email_id: int) -> list[Related]:
    """The further records of an email, in the order in which it came to them; without their words."""
    rows = FurtherEntity.objects.filter(email=email_id).order_by("pk")
    return [Related(kind, number) for kind, number in rows.values_list("entity_type", "entity_id")]


def activities(record: Related) -> Q:
    """The emails that are activities of a record, as a condition."""
    own = Q(related_entity_type=record.type, related_entity_id=record.id)
    if record.id is None:
        return own
    also = FurtherEntity.objects.filter(entity_type=record.type, entity_id=record.id)
    # Asked first: for nearly every record the index of the related entity alone then answers, in its order.
    return own | Q(pk__in=also.values("email")) if also.exists() else own


def _change(wanted: dict[int, Related], now: datetime, by: User | None) -> list[int]:
    changed: list[int] = []
    for batch in _batches(wanted):
        with transaction.atomic():
            rows = Email.objects.select_for_update(of=("self",)).filter(pk__in=batch).order_by("pk")
            found = [(pk, Related(kind, key, words)) for pk, kind, key, words in rows.values_list("pk", *COLUMNS)]
            moving = [(pk, before) for pk, before in found if _differs(before, wanted[pk])]
            LinkChange.objects.bulk_create(_row(pk, before, wanted[pk], now, by) for pk, before in moving)
            for related in {wanted[pk] for pk, _before in moving}:
                ids = [pk for pk, _before in moving if wanted[pk] == related]
                values = dict(zip(COLUMNS, (related.type, related.id, related.description[:LONGEST]), strict=True))
                Email.objects.filter(pk__in=ids).update(**values)
            changed += [pk for pk, _before in moving]
    return changed


def _differs(one: Related, other: Related) -> bool:
    return (one.type, one.id) != (other.type, other.id)


def _row(pk: int, before: Related, after: Related, now: datetime, by: User | None) -> LinkChange:
    return LinkChange(
        email_id=pk,
        at=now,
        by=by,
        before_type=before.type,
        before_id=before.id,
        before_description=before.description[:LONGEST],
        after_type=after.type,
        after_id=after.id,
        after_description=after.description[:LONGEST],
    )


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    rest = list(dict.fromkeys(ids))
    for start in range(0, len(rest), BATCH):
        yield rest[start : start + BATCH]
