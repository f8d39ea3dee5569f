"""Makes a record of a mail once: neither the same mail in another account nor a retry makes it a second time."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from django.db import models

from mailroom.flows.incoming.models import MadeRecord
from mailroom.mime import addresses, bodies
from mailroom.records.emails.models import Email

Record = TypeVar("Record", bound=models.Model)
BY_A_PERSON = frozenset({"none"})  # the kind of mail that a person wrote
LONGEST_TEXT = 100_000


def once(identity: str, model: type[Record], make: Callable[[], Record], now: datetime) -> tuple[Record, bool]:
    """The record made of what `identity` names, and whether it was made now; call it in a transaction.

    Of two workers the second waits for the first. A record that was deleted meanwhile is made anew.
    """
    kind = model._meta.model_name
    name = f"{kind}:{sha256(identity.encode()).hexdigest()}"
    row, _new = MadeRecord.objects.get_or_create(identity=name, defaults={"made_at": now})
    row = MadeRecord.objects.select_for_update().get(pk=row.pk)
    known = model._default_manager.filter(pk=row.record_id).first() if row.record_id else None
    if known is not None:
        return known, False
    made = make()
    row.record_id = made.pk
    row.save(update_fields=["record_id"])
    return made, True


def mail_identity(email: Email) -> str:
    """What stays the same of a mail in whichever account it came: sender and Message-ID; without one, its row."""
    sender = addresses.folded(email.from_address)
    return f"{sender} {email.message_id}" if email.message_id else f"email {email.pk}"


def text_of(email: Email) -> str:
    """The text of a mail as a record takes it over."""
    content = email.content
    return (content.text or bodies.text_from_html(content.html)).strip()[:LONGEST_TEXT]
