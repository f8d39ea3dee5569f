"""Mail that came back: marks it on the mail and its recipient, and remembers the address (BEHAVIOUR 5)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from mailroom.base import rows as tables
from mailroom.mime import addresses
from mailroom.mime.message import BounceRecipient
from mailroom.records.emails.models import BouncedAddress, Direction, Email, Recipient
from mailroom.records.emails.models.content import Outcome

STEP = "bounced"  # on a mail whose sending ended well
LATEST = timedelta(days=7)  # servers give up after five days (RFC 5321 §4.5.4.1)
STILL = frozenset({"delayed", "delivered", "relayed", "expanded"})  # RFC 3464 §2.3.3: no failure


def find(report: Email, original_message_id: str, row: BounceRecipient) -> Recipient | None:
    """Whom of which mail a report speaks of: by its Message-ID, else by the address and the time.

    A mail with one recipient is meant also where the report names another address, as after forwarding.
    """
    sent = Recipient.objects.filter(email__direction=Direction.OUTGOING).exclude(kind="reply_to")
    sent = sent.select_related("email__account", "email__owner__user", "email__created_by__employee")
    folded = addresses.folded(row.recipient)
    if original_message_id:
        of_mail = list(sent.filter(email__message_id=original_message_id).order_by("-email", "position")[:5000])
        named = next((one for one in of_mail if addresses.folded(one.address) == folded), None)
        return named or (of_mail[0] if len(of_mail) == 1 else None)
    spelled = {row.recipient, row.recipient.lower(), folded} - {""}
    lately = sent.filter(address__in=spelled, email__account=report.account_id, email__date__lte=report.created_at)
    lately = lately.filter(email__date__gte=report.created_at - LATEST, outcome__in=(Outcome.ACCEPTED, Outcome.BOUNCED))
    return lately.order_by("-email__date", "-email").first()


def words_of(row: BounceRecipient) -> str:
    """Why it came back, in a few words and those of the server."""
    why = REASONS.get(row.reason)
    return ": ".join(filter(None, (str(why()) if why else "", tables.plain(row.diagnostic)[:500] or row.status)))


def mark(recipient: Recipient, row: BounceRecipient, now: datetime) -> bool:
    """The mail shows *Bounced* with the reason; False when it did already."""
    if recipient.outcome == Outcome.BOUNCED:
        return False
    words = words_of(row)
    Recipient.objects.filter(pk=recipient.pk).update(outcome=Outcome.BOUNCED, reply=words, outcome_at=now)
    error = _("Bounced: %(address)s: %(why)s") % {"address": recipient.address, "why": words}
    Email.objects.filter(pk=recipient.email_id).update(error=error, failed_step=STEP)
    return True


def note(address: str, row: BounceRecipient, report: Email, now: datetime) -> BouncedAddress:
    """Mark the address; a hard bounce is not softened by a later soft one."""
    kind = BouncedAddress.Kind.HARD if row.permanent else BouncedAddress.Kind.SOFT
    values = {"address": address, "kind": kind, "reason": row.reason[:40], "words": words_of(row), "last_at": now}
    made, new = BouncedAddress.objects.get_or_create(
        key=addresses.folded(address), defaults=values | {"count": 1, "report": report}
    )
    if not new and made.report_id != report.pk:
        if made.kind == BouncedAddress.Kind.HARD and kind == BouncedAddress.Kind.SOFT:
            values = {"last_at": now}
        BouncedAddress.objects.filter(pk=made.pk).update(**values, count=F("count") + 1, report=report)
        made.refresh_from_db()
    return made


def of_address(address: str) -> BouncedAddress | None:
    """The mark of an address, where it has one."""
    key = addresses.folded(address)
    return BouncedAddress.objects.filter(key=key).first() if key else None


def works(address: str) -> bool:
    """Somebody wrote from this address, or says that it works: it is not marked any more; whether it was."""
    return bool(BouncedAddress.objects.filter(key=addresses.folded(address)).delete()[0])


def for_good(given: Collection[str]) -> dict[str, str]:
    """Of these addresses those that bounced for good, by their folded form with the reason; others go without mail."""
    keys = {addresses.folded(address) for address in given} - {""}
    found = BouncedAddress.objects.filter(kind=BouncedAddress.Kind.HARD)
    told: dict[str, str] = {}
    for batch in (list(keys)[start : start + 500] for start in range(0, len(keys), 500)):
        told |= dict(found.filter(key__in=batch).values_list("key", "words"))
    return told


REASONS = {
    "userunknown": lambda: _("there is no such mailbox"),
    "hostunknown": lambda: _("there is no such domain"),
    "mailboxfull": lambda: _("the mailbox is full"),
    "suspend": lambda: _("the mailbox is suspended"),
    "rejected": lambda: _("the server refused it"),
    "blocked": lambda: _("the server blocks us"),
    "spamdetected": lambda: _("it was taken for spam"),
    "virusdetected": lambda: _("it was taken for malware"),
    "mesgtoobig": lambda: _("it is too large"),
    "expired": lambda: _("the server did not answer for days"),
    "networkerror": lambda: _("the server could not be reached"),
    "authfailure": lambda: _("our domain could not be verified"),
    "hasmoved": lambda: _("the recipient has moved"),
    "filtered": lambda: _("the recipient's filter refused it"),
}
