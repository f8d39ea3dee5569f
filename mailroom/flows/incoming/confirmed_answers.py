"""An employee's answer that was held and got its yes: once it is sent, the other owners get a copy (BEHAVIOUR 7).

The yes may come from a window, a list, the API or the command line, so the answer itself is looked at.
"""

from datetime import datetime

from django.db import transaction

from mailroom.flows.incoming import gathering
from mailroom.flows.incoming.models import HeldAnswer, ProcessingOptions, StepOutcome
from mailroom.flows.incoming.step import Outcome
from mailroom.flows.incoming.steps import route
from mailroom.records.emails.models import Status

BATCH = 50


def send_copies(now: datetime) -> int:
    """Send the copies of answers that were sent after all; how many answers. Each is done once."""
    rows = HeldAnswer.objects.filter(copied_at=None, answer__status=Status.PROCESSED).order_by("pk")
    found = rows.select_related("answer", "answered__employee__user", "answered__original__owner__user")
    done = 0
    for held in found.select_related("written__account", "written__owner__user", "written__workgroup")[:BATCH]:
        with transaction.atomic():
            done += _copy(held, now)
    return done


def _copy(held: HeldAnswer, now: datetime) -> bool:
    if not HeldAnswer.objects.filter(pk=held.pk, copied_at=None).update(copied_at=now):
        return False
    account = held.written.account
    options = ProcessingOptions.objects.filter(account=account).first() or ProcessingOptions(account=account)
    mail = gathering.gather([held.written], options, now)[0]
    words = route.to_others(mail, held.answer, held.answered)
    if words:
        last = held.written.steps.filter(step=route.Route.name).last()
        StepOutcome.objects.create(
            email=held.written,
            at=now,
            position=last.position if last is not None else 0,
            step=route.Route.name,
            outcome=Outcome.DID,
            reason=words,
        )
    return True
