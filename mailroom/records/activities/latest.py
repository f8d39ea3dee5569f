"""Which of several records was active last: by the newest email, task or event that is an activity of it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max

from mailroom.records.crm import entities
from mailroom.records.crm.models import Event, Task
from mailroom.records.emails.models import Email

NEVER = datetime.min.replace(tzinfo=UTC)
SOURCES: tuple[tuple[Any, str], ...] = ((Email, "date"), (Task, "created_at"), (Event, "created_at"))


def of(records: Sequence[Any]) -> Any:
    """The record that was active last; of those that never were, the first. Three queries a type of record."""
    last: dict[tuple[str, int], datetime] = {}
    by_type: dict[str, list[int]] = defaultdict(list)
    for record in records:
        by_type[entities.of_record(record).key].append(record.pk)
    for key, ids in by_type.items():
        for model, moment in SOURCES:
            rows = model._default_manager.filter(related_entity_type=key, related_entity_id__in=ids).order_by()
            for pk, at in (
                rows.values("related_entity_id").annotate(last=Max(moment)).values_list("related_entity_id", "last")
            ):
                last[key, pk] = max(at, last.get((key, pk), NEVER))
    return max(records, key=lambda record: last.get((entities.of_record(record).key, record.pk), NEVER))
