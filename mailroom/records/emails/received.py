"""The rows of received mail, written a batch at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mailroom.mime.message import Address, Message
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import correspondents, search, threads
from mailroom.records.emails.models import (
    Attachment,
    Box,
    Direction,
    Email,
    EmailContent,
    EmailReference,
    Recipient,
    Status,
)
from mailroom.records.files.models import StoredFile

LONGEST_TEXT = 2_000_000
FUTURE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """An attachment with its stored content (None when it was discarded) and whether the reader gets it."""

    name: str
    content_type: str
    size: int
    content_id: str
    inline: bool
    stored: StoredFile | None
    state: str = Attachment.State.DELIVERED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A parsed message with what filing decided about it."""

    message: Message
    raw_sha256: bytes
    size: int
    arrived_at: datetime
    files: Sequence[ReceivedFile] = ()
    read: bool = False
    note: str = ""
    owner_id: int | None = None
    workgroup_id: int | None = None


def write(account: EmailAccount, batch: Sequence[Received], now: datetime) -> list[Email]:
    """Write a batch inside the caller's transaction; the emails wait for processing."""
    links = {str(place): _links(item.message) for place, item in enumerate(batch)}
    thread_ids = threads.assign(links)
    emails = [_email(account, item, thread_ids[str(place)], now) for place, item in enumerate(batch)]
    Email.objects.bulk_create(emails)
    contents, recipients, references, attachments = [], [], [], []
    for email, item, ids in zip(emails, batch, links.values(), strict=True):
        contents.append(_content(email, item))
        recipients += _recipients(email, item.message)
        unique = dict.fromkeys(plain(value)[:900] for value in ids if value)
        references += [EmailReference(email=email, message_id=value, position=n) for n, value in enumerate(unique)]
        attachments += [_attachment(email, file, place) for place, file in enumerate(item.files)]
    EmailContent.objects.bulk_create(contents)
    Recipient.objects.bulk_create(recipients, batch_size=500)
    EmailReference.objects.bulk_create(references, batch_size=500)
    Attachment.objects.bulk_create(attachments, batch_size=500)
    written = [(Address(row.from_name, row.from_address), row.date) for row in emails if row.automatic == "none"]
    correspondents.note_later(account, written, has_written=True)
    search.index([email.pk for email in emails])
    return emails


def _links(message: Message) -> list[str]:
    return [message.message_id, *message.in_reply_to, *message.references]


def _email(account: EmailAccount, item: Received, thread_id: int, now: datetime) -> Email:
    message = item.message
    sender = (message.from_ or message.sender or (Address("", ""),))[0]
    return Email(
        direction=Direction.INCOMING,
        status=Status.PENDING,
        box=Box.INCOMING,
        read=item.read,
        account=account,
        thread_id=thread_id,
        owner_id=item.owner_id,
        workgroup_id=item.workgroup_id,
        subject=plain(message.subject),
        from_name=plain(sender.name),
        from_address=plain(sender.address),
        to_line=line(message.to),
        cc_line=line(message.cc),
        bcc_line=line(message.bcc),
        preview=" ".join(plain(message.text[:1000]).split())[:200],
        date=_date(item, now),
        created_at=now,
        message_id=plain(message.message_id)[:900],
        automatic=message.automatic.kind,
        size=item.size,
        attachment_count=sum(1 for file in item.files if not file.inline),
        raw_sha256=item.raw_sha256,
    )


def _date(item: Received, now: datetime) -> datetime:
    """The Date field where it can be true, else the moment of arrival."""
    written = item.message.date
    if written is None or written > now + FUTURE or written.year < 1980:
        return min(item.arrived_at, now)
    return written.astimezone(UTC)


def _content(email: Email, item: Received) -> EmailContent:
    message = item.message
    facts: dict[str, Any] = {
        "structure": message.structure.to_json(),
        "part_count": message.part_count,
        "automatic": message.automatic.why,
        "bounce": message.bounce.to_json() if message.bounce else [],
        "calendar": list(message.calendar),
        "signed": message.signed,
        "encrypted": message.encrypted,
        "authentication": message.authentication,
        "defects": [[defect.code, defect.sentence] for defect in message.defects],
        "note": item.note,
    }
    return EmailContent(
        email=email,
        text=plain(message.text[:LONGEST_TEXT]),
        html=plain(message.html[:LONGEST_TEXT]),
        reply_text=plain(message.reply_text[:LONGEST_TEXT]),
        headers=_plain_json([list(pair) for pair in message.headers[:500]]),
        facts=_plain_json(facts),
    )


def _recipients(email: Email, message: Message) -> list[Recipient]:
    fields = (("to", message.to), ("cc", message.cc), ("bcc", message.bcc), ("reply_to", message.reply_to))
    found = [(kind, item) for kind, items in fields for item in items]
    return [
        Recipient(email=email, kind=kind, position=place, name=plain(item.name), address=plain(item.address))
        for place, (kind, item) in enumerate(found[:2000])
    ]


def _attachment(email: Email, file: ReceivedFile, place: int) -> Attachment:
    return Attachment(
        email=email,
        file=file.stored,
        position=place,
        name=plain(file.name),
        content_type=plain(file.content_type)[:255],
        size=file.size,
        content_id=plain(file.content_id),
        inline=file.inline,
        state=file.state,
        state_reason=file.reason[:200],
    )


def line(mailboxes: Sequence[Address]) -> str:
    """Addresses as a list shows them: names where there are names."""
    return plain(", ".join(item.name or item.address for item in mailboxes[:50]))


def plain(text: str) -> str:
    """Text that any database takes: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _plain_json(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(str(key)): _plain_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_json(item) for item in value]
    return value
