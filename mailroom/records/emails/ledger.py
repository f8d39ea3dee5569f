"""The ledger of outgoing mail: each recipient's outcome, each attempt, and what they come to in sentences."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailroom.base import rows as tables
from mailroom.records.emails.models import Attempt, Email, Recipient, Status
from mailroom.records.emails.models.content import Outcome

TROUBLES = frozenset({Outcome.REFUSED, Outcome.BOUNCED, Outcome.IN_DOUBT})
MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who has a mail: a sentence first, then the rows."""

    sentence: str
    recipients: list[Recipient]
    attempts: list[Attempt]

    @property
    def refused(self) -> bool:
        """Whether somebody's server refused it: *Send to the rest* is for those."""
        return any(row.outcome == Outcome.REFUSED for row in self.recipients)

    @property
    def troubled(self) -> bool:
        """Whether somebody has not got it, and a person should look."""
        return any(row.outcome in TROUBLES for row in self.recipients)


def waiting(email_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """By email those who have not got it yet: each recipient's id and address."""
    rows = Recipient.objects.filter(
        email_id__in=tables.among(email_ids), outcome__in=(Outcome.WAITING, Outcome.IN_DOUBT)
    )
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for email_id, pk, address in rows.order_by("email_id", "position").values_list("email_id", "pk", "address"):
        found[email_id].append((pk, address))
    return found


def have_any(email_ids: Collection[int]) -> set[int]:
    """Of these emails those that somebody has."""
    rows = Recipient.objects.filter(email_id__in=tables.among(email_ids), outcome=Outcome.ACCEPTED)
    return set(rows.values_list("email_id", flat=True))


def refusals(email_ids: Collection[int]) -> dict[int, str]:
    """By email whose servers refused it and what they said; none where nobody was refused."""
    rows = Recipient.objects.filter(email_id__in=tables.among(email_ids), outcome=Outcome.REFUSED)
    found: dict[int, list[str]] = defaultdict(list)
    for email_id, address, reply in rows.order_by("email_id", "position").values_list("email_id", "address", "reply"):
        found[email_id].append(f"{address}: {reply}")
    return {pk: _told(lines) for pk, lines in found.items()}


def _told(lines: Sequence[str]) -> str:
    more = len(lines) - MOST_TOLD
    said = [*lines[:MOST_TOLD], *([ngettext("%d more", "%d more", more) % more] if more > 0 else [])]
    return "; ".join(said)


def record(rows: Mapping[int, tuple[str, str]], now: datetime) -> None:
    """Write outcomes: by recipient id the outcome and the server's words."""
    found = ((pk, str(outcome), tables.plain(reply), now) for pk, (outcome, reply) in rows.items())
    tables.update(Recipient, ("outcome", "reply", "outcome_at"), found)


def delivery(email: Email) -> Delivery:
    """The delivery view of one outgoing mail."""
    rows = [row for row in email.recipients.all() if row.kind != "reply_to"]
    if email.status in {Status.DRAFT, Status.CANCELED}:  # nothing waits that nobody sends
        for row in rows:
            row.outcome = "" if row.outcome == Outcome.WAITING else row.outcome
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
