"""Delivery unknown: the connection was lost after a mail was offered, and a person decides what became of it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.records.emails import status
from mailroom.records.emails.models import Email, Recipient
from mailroom.records.emails.models.content import Outcome
from mailroom.records.emails.moves import Action
from mailroom.records.organisation.models import User


def mark_delivered(email: Email, now: datetime, by: User | None) -> Email:
    """The recipients in doubt have the mail, a person says; raises status.Refused where nobody is in doubt."""
    with transaction.atomic():
        doubtful = Recipient.objects.filter(email=email, outcome=Outcome.IN_DOUBT)
        if not doubtful.exists():
            raise status.Refused(_("Only an email whose delivery is unknown can be marked as delivered."))
        changes = {"error": "", "failed_step": "", "next_attempt_at": None}
        moved = status.move(email, Action.CONFIRM, now, by, _("A person found out that it arrived."), changes)
        doubtful.update(outcome=Outcome.ACCEPTED, outcome_at=now)
    return moved
