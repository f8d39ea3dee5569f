"""The only door out: a draft becomes a queued mail whose Message-ID, tag and bytes never change again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mailroom.base import engine
from mailroom.flows.sending import envelope
from mailroom.mime import addresses
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose, correspondents, search, sort_keys, status, tags, threads
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, EmailReference, Lane, Recipient
from mailroom.records.emails.models.content import Outcome
from mailroom.records.emails.moves import Action
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from mailroom.records.preferences.models import EmailPreferences

LONGEST_UNDO = 60


class NoRecipient(Exception):
    """A mail without any address in To, Cc or Bcc."""


class BadAddress(Exception):
    """An address that no server would take; the text names it."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of a new mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewEmail:
    """A mail that a program asks for: see `POST /api/v1/emails`."""

    fields: DraftFields
    files: Sequence[NewFile] = ()
    send: bool = False
    undo_seconds: int = 0
    send_at: datetime | None = None
    idempotency_key: str = ""
    lane: Lane = Lane.PERSON
    cancel_if_answered: bool = False


def create(new: NewEmail, now: datetime, by: User | None) -> Email:
    """A draft, queued when asked for. The same idempotency key twice gives the first email again."""
    known = _by_key(new.idempotency_key)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            email = compose.create(new.fields, now, by, index=not new.send)
            if new.idempotency_key:
                Email.objects.filter(pk=email.pk).update(idempotency_key=new.idempotency_key)
            for file in new.files:
                compose.attach(email, file.name, file.content_type, file.content)
            if new.send:
                return enqueue(email.pk, now, by, new.undo_seconds, new.send_at, new.lane, new.cancel_if_answered)
    except IntegrityError:
        known = _by_key(new.idempotency_key)
        if known is None:
            raise
        return known
    email.refresh_from_db()
    return email


def _by_key(key: str) -> Email | None:
    return Email.objects.filter(idempotency_key=key).first() if key else None


def enqueue(
    email_id: int,
    now: datetime,
    by: User | None = None,
    undo_seconds: int = 0,
    send_at: datetime | None = None,
    lane: Lane = Lane.PERSON,
    cancel_if_answered: bool = False,
) -> Email:
    """Queue a draft; `cancel_if_answered` takes it out again when the customer writes first.

    Raises NoRecipient, BadAddress, status.Refused or store.FileMissing; then nothing changed.
    """
    with transaction.atomic():
        email = Email.objects.select_related("account", "content", "created_by").get(pk=email_id)
        rows = [row for row in email.recipients.all() if row.kind != "reply_to"]
        check(rows)
        start = max(send_at or now, now + timedelta(seconds=max(0, min(undo_seconds, LONGEST_UNDO))))
        email.lane = lane
        email.message_id = envelope.new_message_id(email.account)
        email.subject = email.subject or _("(No subject)")
        raw = envelope.make(email, tagged(email), now)
        stored = store.put(raw)
        changes = {
            "message_id": email.message_id,
            **_head(email),
            "lane": lane,
            "raw_sha256": stored.sha256,
            "size": len(raw),
            "date": now,
            "start_at": start,
            "next_attempt_at": start,
            "attempts": 0,
            "turn": 0,
            "automatic": email.content.noted.get("auto_submitted") or "none",
            "cancel_if_answered": cancel_if_answered,
            "error": "",
            "failed_step": "",
            "thread_id": _thread(email),
        }
        status.move(email, Action.SEND, now, by, changes=changes)
        Recipient.objects.filter(pk__in=[row.pk for row in rows]).update(
            outcome=Outcome.WAITING, reply="", outcome_at=None
        )
        search.index([email.pk])
        if lane == Lane.PERSON:
            met = [(Address(row.name, row.address), now) for row in rows]
            correspondents.note_later(email.account, met, has_written=False)
        engine.wake("sending.send", lock=f"sending:{email.account_id}", account_id=email.account_id)
    return email


def send_to_rest(email_id: int, now: datetime, by: User | None = None) -> Email:
    """*Send to the rest*: the same bytes to those who were refused, and to nobody who has them.

    Raises status.Refused when nobody was refused, or the mail is neither processed nor failed.
    """
    with transaction.atomic():
        email = Email.objects.get(pk=email_id)
        refused = email.recipients.filter(outcome=Outcome.REFUSED)
        if not refused.exists():
            raise status.Refused(_("No recipient of this email was refused."))
        changes = {"next_attempt_at": now, "attempts": 0, "error": "", "failed_step": ""}
        status.move(email, Action.SEND_TO_REST, now, by, changes=changes)
        refused.update(outcome=Outcome.WAITING)
        engine.wake("sending.send", lock=f"sending:{email.account_id}", account_id=email.account_id)
    return email


def check(rows: Sequence[Recipient]) -> None:
    """Raise NoRecipient or BadAddress for what no server would take."""
    if not rows:
        raise NoRecipient(_("The email has no recipient. Fill in To, Cc or Bcc."))
    for row in rows:
        local, _at, domain = row.address.rpartition("@")
        if (
            not local
            or not addresses.ascii_domain(domain)
            or any(char.isspace() or char in "<>" for char in row.address)
        ):
            raise BadAddress(_("“%(address)s” is no email address.") % {"address": row.address})


def _head(email: Email) -> dict[str, Any]:
    """Subject and sender as they go out, and what lists sort them by."""
    from_, _reply_to = envelope.sender(email)
    return {
        "subject": email.subject,
        "subject_key": sort_keys.of(email.subject),
        "from_address": from_.address,
        "from_name": from_.name,
        "from_key": sort_keys.of(from_.name or from_.address),
    }


def tagged(email: Email, preferences: EmailPreferences | None = None) -> str:
    """The subject with the mail's tag; who tags many gives the preferences in force."""
    preferences = preferences or current.read()
    return tags.with_tag(email.subject, email.pk, preferences.email_tag_prefix, preferences.email_tag_suffix)


def _thread(email: Email) -> int:
    """The mail's thread; what it bears and names is noted, so that answers find it."""
    ids = links(email)
    assigned = threads.assign({"new": ids})["new"]
    email.references.all().delete()
    unique = dict.fromkeys(value[:900] for value in ids if value)
    EmailReference.objects.bulk_create(
        EmailReference(email=email, message_id=value, position=place) for place, value in enumerate(unique)
    )
    return assigned


def links(email: Email) -> list[str]:
    """The Message-IDs that tie a mail into its thread, its own first."""
    found = email.content.noted
    return [email.message_id, *found.get("in_reply_to", ()), *found.get("references", ())]


def account_by_id(email_account_id: str) -> EmailAccount | None:
    """The account with this Email account ID, in any case."""
    return EmailAccount.objects.filter(email_account_id__iexact=email_account_id).first()


def address(text: str) -> list[Address]:
    """The addresses in a typed field, those that are none among them, so that they can be named in the error."""
    return [item if item.address else Address("", item.name) for item in addresses.parse(text)]
