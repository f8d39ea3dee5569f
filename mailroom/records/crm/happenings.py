"""Notes what happened to cases and receipts, in the transaction that did it; `flows/notifying` tells of it."""

from collections.abc import Iterable

from mailroom.base import audit, clock
from mailroom.records.crm.models import Happening

CASE_CREATED, CASE_CHANGED, DOCUMENT_APPROVED = "case_created", "case_changed", "document_approved"


def note(event: str, entity_type: str, ids: Iterable[int]) -> None:
    """The same event of these records, by whoever acts now."""
    by = audit.user()
    Happening.objects.bulk_create(
        [Happening(event=event, entity_type=entity_type, entity_id=pk, by=by, at=clock.now()) for pk in ids],
        batch_size=500,
    )
