"""Many drafts queued at once, on the bulk lane: a constant number of statements a batch, each file encoded once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from mailroom.base import engine
from mailroom.base import rows as tables
from mailroom.flows.sending import envelope, outbox
from mailroom.flows.sending.outbox import BadAddress, NoRecipient
from mailroom.records.emails import search, sort_keys, status, threads
from mailroom.records.emails.models import Direction, Email, EmailReference, Lane, Recipient, Status
from mailroom.records.emails.models.content import Outcome
from mailroom.records.emails.moves import Action
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from mailroom.records.preferences.models import EmailPreferences

BATCH = 200
FIXED = ("message_id", "subject", "subject_key", "automatic", "raw_sha256", "size", "thread_id", "turn")


@dataclass(slots=True)
class Queued:
    """The mails that wait now, and for each other one the reason in words."""

    ids: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def enqueue_many(
    ids: Sequence[int],
    now: datetime,
    by: User | None = None,
    send_at: datetime | None = None,
    lane: Lane = Lane.BULK,
    position: int = 0,
) -> Queued:
    """Queue the drafts of one run in the order given.

    Runs share the lane fairly: each mail has a turn, counted from the turn that the lane has reached. A run that is
    queued in pieces says by `position` how many went before.
    """
    queued = Queued()
    files = envelope.Files()
    bases: dict[int, int] = {}
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            _batch(ids[start : start + BATCH], now, by, send_at or now, lane, position + start, bases, files, queued)
    for account_id in bases:
        engine.wake("sending.send", lock=f"sending:{account_id}", account_id=account_id)
    return queued


def _batch(
    ids: Sequence[int],
    now: datetime,
    by: User | None,
    send_at: datetime,
    lane: Lane,
    position: int,
    bases: dict[int, int],
    files: envelope.Files,
    queued: Queued,
) -> None:
    rows = Email.objects.filter(pk__in=ids).select_related("account", "content", "created_by")
    found = rows.prefetch_related("recipients", "attachments__file").in_bulk()
    emails: list[Email] = []
    raws: list[bytes] = []
    preferences = current.read()
    for place, pk in enumerate(ids):
        email = found.get(pk)
        if email is None or email.status not in {Status.DRAFT, Status.CANCELED}:
            queued.refused[pk] = _("Only a draft or a canceled email can be sent.")
            continue
        email.turn = _base(email.account_id, lane, bases) + position + place
        try:
            raws.append(_fixed(email, lane, now, files, preferences))
        except (NoRecipient, BadAddress, store.FileMissing) as error:
            queued.refused[pk] = str(error)
            continue
        emails.append(email)
    _write(emails, raws, now, by, send_at, lane)
    queued.ids += [email.pk for email in emails]


def _base(account_id: int, lane: Lane, bases: dict[int, int]) -> int:
    """The turn that the lane of this account has reached."""
    if account_id not in bases:
        waiting = Email.objects.filter(
            account_id=account_id, direction=Direction.OUTGOING, status=Status.PENDING, lane=lane
        )
        bases[account_id] = waiting.aggregate(first=Min("turn"))["first"] or 0
    return bases[account_id]


def _fixed(email: Email, lane: Lane, now: datetime, files: envelope.Files, preferences: EmailPreferences) -> bytes:
    outbox.check([row for row in email.recipients.all() if row.kind != "reply_to"])
    email.lane = lane
    email.message_id = envelope.new_message_id(email.account)
    email.subject = email.subject or _("(No subject)")
    email.subject_key = sort_keys.of(email.subject)
    email.automatic = email.content.noted.get("auto_submitted") or "none"
    return envelope.make(email, outbox.tagged(email, preferences), now, files)


def _write(
    emails: Sequence[Email], raws: Sequence[bytes], now: datetime, by: User | None, send_at: datetime, lane: Lane
) -> None:
    thread_ids = threads.assign({str(email.pk): outbox.links(email) for email in emails})
    for email, raw, stored in zip(emails, raws, store.put_many(raws), strict=True):
        email.raw_sha256, email.size = stored.sha256, len(raw)
        email.thread_id = thread_ids[str(email.pk)]
    ids = [email.pk for email in emails]
    changes = {"lane": lane, "date": now, "start_at": send_at, "next_attempt_at": send_at, "attempts": 0}
    status.move_many(ids, Action.SEND, now, by, changes=changes | {"error": "", "failed_step": ""})
    tables.update(Email, FIXED, [(email.pk, *(getattr(email, name) for name in FIXED)) for email in emails])
    EmailReference.objects.filter(email_id__in=ids).delete()
    EmailReference.objects.bulk_create(
        EmailReference(email=email, message_id=value[:900], position=place)
        for email in emails
        for place, value in enumerate(dict.fromkeys(item for item in outbox.links(email) if item))
    )
    recipients = Recipient.objects.filter(email_id__in=ids).exclude(kind="reply_to")
    recipients.update(outcome=Outcome.WAITING, reply="", outcome_at=None)
    search.index(ids)
