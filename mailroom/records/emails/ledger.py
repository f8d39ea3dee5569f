"""The ledger of outgoing mail: each recipient's outcome, each attempt, and what they come to in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailroom.records.emails.models import Attempt, Email, Recipient
from mailroom.records.emails.models.content import Outcome

BEFORE_DATA = "in_flight"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who has a mail: a sentence first, then the rows."""

    sentence: str
    recipients: list[Recipient]
    attempts: list[Attempt]


def waiting(email: Email) -> list[Recipient]:
    """The recipients who have not got the mail yet."""
    return [row for row in email.recipients.all() if row.outcome in {Outcome.WAITING, Outcome.IN_DOUBT}]


def begin(email: Email, server: str, now: datetime) -> Attempt:
    """Note, durably, that the server may take the mail from now on."""
    return Attempt.objects.create(email=email, started_at=now, server=server, outcome=BEFORE_DATA)


def end(attempt: Attempt | None, email: Email, server: str, outcome: str, reply: str, now: datetime) -> None:
    """Note how an attempt ended; one that failed before DATA gets its row only now."""
    attempt = attempt or Attempt(email=email, started_at=now, server=server)
    attempt.outcome, attempt.reply, attempt.finished_at = outcome, reply, now
    attempt.save()


def record(rows: Mapping[int, tuple[str, str]], now: datetime) -> None:
    """Write outcomes: by recipient id the outcome and the server's words."""
    changed = list(Recipient.objects.filter(pk__in=list(rows)))
    for row in changed:
        row.outcome, row.reply = rows[row.pk]
        row.outcome_at = now
    Recipient.objects.bulk_update(changed, ["outcome", "reply", "outcome_at"], batch_size=200)


def left_in_flight(email_ids: list[int]) -> set[int]:
    """Of mails whose worker died, those that the server may have taken."""
    return set(
        Attempt.objects.filter(email_id__in=email_ids, outcome=BEFORE_DATA, finished_at=None).values_list(
            "email_id", flat=True
        )
    )


def delivery(email: Email) -> Delivery:
    """The delivery view of one outgoing mail."""
    rows = [row for row in email.recipients.all() if row.kind != "reply_to"]
    counts = {outcome: sum(1 for row in rows if row.outcome == outcome) for outcome in Outcome.values}
    parts = []
    if counts[Outcome.ACCEPTED]:
        text = ngettext("%d recipient's server has it", "%d recipients' servers have it", counts[Outcome.ACCEPTED])
        parts.append(text % counts[Outcome.ACCEPTED])
    if counts[Outcome.REFUSED]:
        parts.append(ngettext("%d was refused", "%d were refused", counts[Outcome.REFUSED]) % counts[Outcome.REFUSED])
    if counts[Outcome.BOUNCED]:
        parts.append(ngettext("%d came back", "%d came back", counts[Outcome.BOUNCED]) % counts[Outcome.BOUNCED])
    if counts[Outcome.IN_DOUBT]:
        parts.append(_("for %d delivery is unknown") % counts[Outcome.IN_DOUBT])
    if counts[Outcome.WAITING]:
        parts.append(ngettext("%d is waiting", "%d are waiting", counts[Outcome.WAITING]) % counts[Outcome.WAITING])
    sentence = ", ".join(parts)
    return Delivery(sentence[:1].upper() + sentence[1:], rows, list(email.delivery_attempts.all()))
