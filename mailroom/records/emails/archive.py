"""Archiving by age: processed mail of one account and direction leaves Incoming and Sent (SM204001, Archive emails)."""

from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from mailroom.records.emails import status
from mailroom.records.emails.models import Box, Direction, Email, Status
from mailroom.records.emails.moves import Action

BOXES = {Direction.INCOMING: Box.INCOMING, Direction.OUTGOING: Box.SENT}


def archive_older_than(account_id: int, direction: Direction, months: int, now: datetime) -> int:
    """Archive processed mail dated before `months` months ago; a negative number archives nothing. Returns how many."""
    if months < 0:
        return 0
    limit = now - relativedelta(months=months)
    old = Email.objects.filter(
        account_id=account_id, box=BOXES[direction], status=Status.PROCESSED, date__lt=limit
    ).order_by("id")
    archived = 0
    while ids := list(old.values_list("pk", flat=True)[: status.BATCH]):
        moved = status.move_many(ids, Action.ARCHIVE, now, reason=_("Archived by its age."))
        archived += len(moved.ids)
        if not moved.ids:
            break  # another run archives the same mail
    return archived
