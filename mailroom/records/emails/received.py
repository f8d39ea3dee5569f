"""The rows of received mail, written a batch at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from mailroom.base import rows
from mailroom.base.rows import plain
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
LONGEST_MESSAGE_ID = 900
MOST_RECIPIENTS = 2000
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


def write(account: EmailAccount, batch: Sequence[Received], now: datetime) -> list[int]:
    """Write a batch inside the caller's transaction and return the emails' ids; they wait for processing."""
    ids = rows.reserve_ids(Email, len(batch))
    numbered = list(zip(ids, batch, strict=True))
    rows.insert(EmailContent, CONTENT, (_content(pk, item) for pk, item in numbered))
    rows.insert(Recipient, RECIPIENT, (row for pk, item in numbered for row in _recipients(pk, item)))
    rows.insert(Attachment, ATTACHMENT, (row for pk, item in numbered for row in _attachments(pk, item)))
    links = {pk: _links(item.message) for pk, item in numbered}
    rows.insert(EmailReference, REFERENCE, (row for pk, names in links.items() for row in _references(pk, names)))
    threads_of = threads.assign(links)  # as late as can be: others who file wait from here
    rows.insert(Email, EMAIL, (_email(account, pk, item, threads_of[pk], now) for pk, item in numbered))
    written = [(_sender(item.message), _date(item, now)) for item in batch if item.message.automatic.kind == "none"]
    correspondents.note_later(account, written, has_written=True)
    search.index(ids)
    return ids


def _links(message: Message) -> list[str]:
    """Its own Message-ID, then those it names, as they are stored."""
    named = (message.message_id, *message.in_reply_to, *message.references)
    return [plain(item)[:LONGEST_MESSAGE_ID] for item in named]


EMAIL = tuple(
    "id direction status box read account_id thread_id owner_id workgroup_id subject from_name from_address to_line "
    "cc_line bcc_line preview date created_at message_id automatic size attachment_count raw_sha256".split()
)


def _email(account: EmailAccount, pk: int, item: Received, thread_id: int, now: datetime) -> rows.Row:
    """One row of EMAIL."""
    message = item.message
    sender = _sender(message)
    return (
        pk,
        Direction.INCOMING.value,
        Status.PENDING.value,
        Box.INCOMING.value,
        item.read,
        account.pk,
        thread_id,
        item.owner_id,
        item.workgroup_id,
        plain(message.subject),
        sender.name,
        sender.address,
        line(message.to),
        line(message.cc),
        line(message.bcc),
        " ".join(plain(message.text[:1000]).split())[:200],
        _date(item, now),
        now,
        plain(message.message_id)[:LONGEST_MESSAGE_ID],
        message.automatic.kind,
        item.size,
        sum(1 for file in item.files if not file.inline),
        item.raw_sha256,
    )


def _sender(message: Message) -> Address:
    first = (message.from_ or message.sender or (Address("", ""),))[0]
    return Address(plain(first.name), plain(first.address))


def _date(item: Received, now: datetime) -> datetime:
    """The Date field where it can be true, else the moment of arrival."""
    written = item.message.date
    if written is None or written > now + FUTURE or written.year < 1980:
        return min(item.arrived_at, now)
    return written.astimezone(UTC)


CONTENT = ("email_id", "text", "html", "headers", "facts")


def _content(email_id: int, item: Received) -> rows.Row:
    """One row of CONTENT."""
    message = item.message
    facts = {
        "structure": message.structure.to_json(),
        "part_count": message.part_count,
        "text_is_derived": message.text_is_derived,
        "automatic": message.automatic.why,
        "bounce": message.bounce.to_json() if message.bounce else [],
        "calendar": list(message.calendar),
        "signed": message.signed,
        "encrypted": message.encrypted,
        "authentication": message.authentication,
        "defects": [[defect.code, defect.sentence] for defect in message.defects],
        "note": item.note,
    }
    return (
        email_id,
        plain(message.text[:LONGEST_TEXT]),
        plain(message.html[:LONGEST_TEXT]),
        message.headers[:500],
        facts,
    )


RECIPIENT = ("email_id", "kind", "position", "name", "address")


def _recipients(email_id: int, item: Received) -> Iterator[rows.Row]:
    """Rows of RECIPIENT."""
    message = item.message
    fields = (("to", message.to), ("cc", message.cc), ("bcc", message.bcc), ("reply_to", message.reply_to))
    found = ((kind, mailbox) for kind, mailboxes in fields for mailbox in mailboxes)
    for place, (kind, mailbox) in enumerate(islice(found, MOST_RECIPIENTS)):
        yield email_id, kind, place, plain(mailbox.name), plain(mailbox.address)


REFERENCE = ("email_id", "message_id", "position")


def _references(email_id: int, names: Sequence[str]) -> Iterator[rows.Row]:
    """Rows of REFERENCE, each Message-ID once."""
    for place, name in enumerate(dict.fromkeys(filter(None, names))):
        yield email_id, name, place


ATTACHMENT = tuple("email_id file_id position name content_type size content_id inline state state_reason".split())


def _attachments(email_id: int, item: Received) -> Iterator[rows.Row]:
    """Rows of ATTACHMENT."""
    for place, file in enumerate(item.files):
        yield (
            email_id,
            file.stored.pk if file.stored else None,
            place,
            plain(file.name),
            plain(file.content_type)[:255],
            file.size,
            plain(file.content_id),
            file.inline,
            str(file.state),
            file.reason[:200],
        )


def line(mailboxes: Sequence[Address]) -> str:
    """Addresses as a list shows them: names where there are names."""
    return plain(", ".join(item.name or item.address for item in mailboxes[:50]))
