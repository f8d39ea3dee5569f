"""The ledger of outgoing mail: each recipient's outcome, each attempt, and what they come to in sentences."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailroom.records.emails.models import Attempt, Email, Recipient
from mailroom.records.emails.models.content import Outcome

BATCH = 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who has a mail: a sentence first, then the rows."""

    sentence: str
    recipients: list[Recipient]
    attempts: list[Attempt]


def waiting(email_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """By email those who have not got it yet: each recipient's id and address."""
    rows = Recipient.objects.filter(email_id__in=list(email_ids), outcome__in=(Outcome.WAITING, Outcome.IN_DOUBT))
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for email_id, pk, address in rows.order_by("email_id", "position").values_list("email_id", "pk", "address"):
        found[email_id].append((pk, address))
    return found


def have_any(email_ids: Collection[int]) -> set[int]:
    """Of these emails those that somebody has."""
    rows = Recipient.objects.filter(email_id__in=list(email_ids), outcome=Outcome.ACCEPTED)
    return set(rows.values_list("email_id", flat=True))


def record(rows: Mapping[int, tuple[str, str]], now: datetime) -> None:
    """Write outcomes: by recipient id the outcome and the server's words, in one statement a few hundred rows."""
    items = list(rows.items())
    at = connection.ops.adapt_datetimefield_value(now)
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        places = ", ".join(["(%s, %s, %s)"] * len(batch))
        statement = (
            f"UPDATE {Recipient._meta.db_table} SET outcome = v.column2, reply = v.column3, outcome_at = %s "  # noqa: S608 places only
            f"FROM (VALUES {places}) v WHERE {Recipient._meta.db_table}.id = v.column1"
        )
        values = [value for pk, (outcome, reply) in batch for value in (pk, str(outcome), reply)]
        with connection.cursor() as cursor:
            cursor.execute(statement, [at, *values])


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
