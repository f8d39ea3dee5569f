"""Releases quarantined files of a received email: an administrator lets the reader have them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.records.emails import status
from mailroom.records.emails.models import Attachment, Email, StatusChange
from mailroom.records.organisation.models import User


@transaction.atomic
def release(email: Email, now: datetime, by: User | None, only: int | None = None) -> list[str]:
    """Release all quarantined files of the email, or the `only` one; their names. Who and when stays in its history.

    Raises status.Refused when there is none.
    """
    rows = Attachment.objects.select_for_update(of=("self",)).filter(email=email, state=Attachment.State.QUARANTINED)
    chosen = list(rows.filter(pk=only) if only is not None else rows)
    if not chosen:
        raise status.Refused(_("This email has no quarantined file."))
    Attachment.objects.filter(pk__in=[row.pk for row in chosen]).update(
        state=Attachment.State.DELIVERED, state_reason=""
    )
    names = [row.name or _("File") for row in chosen]
    StatusChange.objects.create(
        email=email, at=now, action="release", before=email.status, after=email.status, by=by, reason=", ".join(names)
    )
    return names
