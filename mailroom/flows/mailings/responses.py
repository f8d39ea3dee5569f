"""What came of mass emails: counts and each recipient's outcome, told from the mails' own rows."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from mailroom.flows.mailings.models import MassEmailRecipient, Reason
from mailroom.records.emails import bounced
from mailroom.records.emails.models import Direction, Email, Status

BOUNCED = Q(email__failed_step=bounced.STEP)
ANSWERS = Email.objects.filter(
    thread=OuterRef("email__thread"), direction=Direction.INCOMING, automatic="none"
).order_by()

SHOWN: dict[str, Callable[[QuerySet[Any]], QuerySet[Any]]] = {
    "": lambda rows: rows,
    "chosen": lambda rows: rows.filter(reason=Reason.NONE),
    "skipped": lambda rows: rows.exclude(reason=Reason.NONE),
    "failed": lambda rows: rows.filter(Q(reason=Reason.REFUSED) | Q(email__status=Status.FAILED)),
    "bounced": lambda rows: rows.filter(BOUNCED),
    "replied": lambda rows: rows.filter(answered=True),
    "unsubscribed": lambda rows: rows.filter(unsubscribed_at__isnull=False),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people of a mass email: `recipients` get it, `skipped` were left out, the rest by what came of it."""

    recipients: int = 0
    skipped: int = 0
    waiting: int = 0
    sent: int = 0
    failed: int = 0
    bounced: int = 0
    replied: int = 0
    unsubscribed: int = 0


def as_values(found: Counts) -> dict[str, int]:
    """The counts by their names."""
    return asdict(found)


def counts(ids: Collection[int]) -> dict[int, Counts]:
    """The counts of these mass emails: one query for a page of them."""
    chosen = Q(reason=Reason.NONE)
    rows = MassEmailRecipient.objects.filter(mass_email__in=list(ids)).order_by().alias(answered=Exists(ANSWERS))
    sent = chosen & Q(email__status=Status.PROCESSED)
    found: Any = rows.values("mass_email").annotate(
        recipients=Count("pk", filter=chosen),
        skipped=Count("pk", filter=~chosen & ~Q(reason=Reason.REFUSED)),
        waiting=Count(
            "pk", filter=chosen & (Q(queued=False) | Q(email__status__in=(Status.PENDING, Status.IN_PROCESS)))
        ),
        sent=Count("pk", filter=sent & ~BOUNCED),
        failed=Count("pk", filter=Q(reason=Reason.REFUSED) | Q(email__status=Status.FAILED)),
        bounced=Count("pk", filter=sent & BOUNCED),
        replied=Count("pk", filter=sent & Q(answered=True)),
        unsubscribed=Count("pk", filter=Q(unsubscribed_at__isnull=False)),
    )
    return {row.pop("mass_email"): Counts(**row) for row in found}


def listed(rows: QuerySet[MassEmailRecipient]) -> QuerySet[MassEmailRecipient]:
    """Recipients with what their outcome is told from."""
    return rows.select_related("email", "campaign", "marketing_list").annotate(answered=Exists(ANSWERS))


def outcome(row: Any) -> tuple[str, str, str]:
    """A recipient's outcome: its key, its word, and why; of rows that `listed` gave."""
    if row.reason:
        return "skipped", _("Left out"), row.words or str(Reason(row.reason).label)
    email = row.email
    if email is None:
        return ("gone", _("Deleted"), "") if row.queued else ("waiting", _("Waiting"), "")
    if row.unsubscribed_at is not None:
        return "unsubscribed", _("Unsubscribed"), ""
    if email.failed_step == bounced.STEP:
        return "bounced", _("Bounced"), email.error
    if row.answered:
        return "replied", _("Replied"), ""
    if email.status == Status.PROCESSED:
        return "sent", _("Sent"), ""
    if email.status == Status.FAILED:
        return "failed", _("Failed"), email.error
    return "waiting", email.get_status_display(), email.error


def page(mass_email_id: int, shown: str, after: int, size: int) -> tuple[list[MassEmailRecipient], int | None]:
    """Recipients by key, of those whom `shown` (a key of SHOWN) leaves, and where the next page begins."""
    rows = SHOWN[shown](listed(MassEmailRecipient.objects.filter(mass_email=mass_email_id, pk__gt=after)))
    found = list(rows.order_by("pk")[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else None
