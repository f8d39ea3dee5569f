"""The rows of received mail, written a batch at a time."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db.models import Count

from mailroom.base import rows
from mailroom.base.rows import plain
from mailroom.mime.message import Address, Message
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import correspondents, search, sort_keys, threads
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
from mailroom.records.emails.search.stream import Searched
from mailroom.records.files.models import StoredFile

LONGEST_TEXT = 2_000_000
LONGEST_MESSAGE_ID = 900
MOST_RECIPIENTS = 2000
FUTURE = timedelta(days=1)
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # embeddings, overrides and isolates of writing direction


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
    cut: bool = False
    owner_id: int | None = None
    workgroup_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one mail before it has an id: all that can go wrong with its values has gone right."""

    email: rows.Row
    content: rows.Row
    recipients: Sequence[rows.Row]
    attachments: Sequence[rows.Row]
    links: Sequence[str]  # its own Message-ID, then those it names
    sender: Address | None  # None where a machine wrote it
    date: datetime


def prepare(account: EmailAccount, item: Received, now: datetime) -> Rows:
    """The rows of one mail; touches no database."""
    message, date = item.message, _date(item, now)
    return Rows(
        email=_email(account, item, date, now),
        content=_content(item),
        recipients=list(_recipients(message)),
        attachments=list(_attachments(item)),
        links=_links(message),
        sender=_sender(message) if message.automatic.kind == "none" else None,
        date=date,
    )


def write(account: EmailAccount, batch: Sequence[Rows]) -> list[int]:
    """Write a batch inside the caller's transaction and return the emails' ids; they wait for processing."""
    ids = rows.reserve_ids(Email, len(batch))
    numbered = list(zip(ids, batch, strict=True))
    _write_parts(numbered)
    threads_of = threads.assign({pk: item.links for pk, item in numbered})  # late: others who file wait from here
    rows.insert(Email, ("id", "thread_id", *EMAIL), ((pk, threads_of[pk], *item.email) for pk, item in numbered))
    written = [(item.sender, item.date) for item in batch if item.sender]
    correspondents.note_later(account, written, has_written=True)
    search.index_new({pk: (item.date, _searched(item)) for pk, item in numbered})
    return ids


def _searched(item: Rows) -> Searched:
    """What search finds of a mail, from its rows."""
    email = dict(zip(EMAIL, item.email, strict=True))
    addresses: dict[str, list[str]] = defaultdict(list)
    for kind, _position, name, address in item.recipients:
        addresses[kind].append(f"{name} {address}")
    return Searched(
        subject=email["subject"],
        sender=f"{email['from_name']} {email['from_address']}",
        to=addresses["to"],
        cc=addresses["cc"],
        bcc=addresses["bcc"],
        body=item.content[CONTENT.index("text")],
        files=[row[ATTACHMENT.index("name")] for row in item.attachments],
    )


def _write_parts(numbered: Sequence[tuple[int, Rows]]) -> None:
    """All rows but those of the emails themselves."""

    def keyed(found: Callable[[Rows], Iterable[rows.Row]]) -> Iterator[rows.Row]:
        return ((pk, *row) for pk, item in numbered for row in found(item))

    rows.insert(EmailContent, ("email_id", *CONTENT), keyed(lambda item: [item.content]))
    rows.insert(Recipient, ("email_id", *RECIPIENT), keyed(lambda item: item.recipients))
    rows.insert(Attachment, ("email_id", *ATTACHMENT), keyed(lambda item: item.attachments))
    rows.insert(EmailReference, ("email_id", *REFERENCE), keyed(lambda item: _references(item.links)))


def write_again(email_id: int, whole: Rows) -> None:
    """Write one email anew, of which only the header was here: what people and steps made of it stays."""
    for model in (EmailContent, Recipient, Attachment, EmailReference):
        model.objects.filter(email=email_id).delete()
    _write_parts([(email_id, whole)])
    values = dict(zip(EMAIL, whole.email, strict=True))
    Email.objects.filter(pk=email_id).update(**{name: values[name] for name in OF_THE_WHOLE})
    search.index([email_id])


OF_THE_WHOLE = ("preview", "automatic", "size", "attachment_count", "raw_sha256")


def count_files(ids: Sequence[int]) -> dict[int, int]:
    """How many files each of these emails has in the database."""
    counted = Attachment.objects.filter(email__in=ids).order_by().values_list("email").annotate(Count("pk"))
    return dict(counted)


def _links(message: Message) -> list[str]:
    """Its own Message-ID, then those it names, as they are stored."""
    named = (message.message_id, *message.in_reply_to, *message.references)
    return [plain(item)[:LONGEST_MESSAGE_ID] for item in named]


EMAIL = tuple(
    "direction status box read account_id owner_id workgroup_id subject from_name from_address to_line "
    "cc_line bcc_line subject_key from_key to_key preview date created_at message_id automatic size attachment_count "
    "raw_sha256".split()
)


def _email(account: EmailAccount, item: Received, date: datetime, now: datetime) -> rows.Row:
    """One row of EMAIL."""
    message = item.message
    sender = _sender(message)
    subject, to = straight(message.subject), line(message.to)
    return (
        Direction.INCOMING.value,
        Status.PENDING.value,
        Box.INCOMING.value,
        item.read,
        account.pk,
        item.owner_id,
        item.workgroup_id,
        subject,
        sender.name,
        sender.address,
        to,
        line(message.cc),
        line(message.bcc),
        sort_keys.of(subject),
        sort_keys.of(sender.name or sender.address),
        sort_keys.of(to),
        " ".join(straight(message.text[:1000]).split())[:200],
        date,
        now,
        plain(message.message_id)[:LONGEST_MESSAGE_ID],
        message.automatic.kind,
        item.size,
        sum(1 for file in item.files if not file.inline),
        item.raw_sha256,
    )


def _sender(message: Message) -> Address:
    first = (message.from_ or message.sender or (Address("", ""),))[0]
    return Address(straight(first.name), straight(first.address))


def _date(item: Received, now: datetime) -> datetime:
    """The Date field where it can be true, else the moment of arrival."""
    written = item.message.date
    if written is None or written > now + FUTURE or written.year < 1980:
        return min(item.arrived_at, now)
    return written.astimezone(UTC)


CONTENT = ("text", "html", "headers", "facts")


def _content(item: Received) -> rows.Row:
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
        "cut": item.cut,
    }
    return (
        plain(message.text[:LONGEST_TEXT]),
        plain(message.html[:LONGEST_TEXT]),
        message.headers[:500],
        facts,
    )


RECIPIENT = ("kind", "position", "name", "address")


def _recipients(message: Message) -> Iterator[rows.Row]:
    """Rows of RECIPIENT."""
    fields = (("to", message.to), ("cc", message.cc), ("bcc", message.bcc), ("reply_to", message.reply_to))
    found = ((kind, mailbox) for kind, mailboxes in fields for mailbox in mailboxes)
    for place, (kind, mailbox) in enumerate(islice(found, MOST_RECIPIENTS)):
        yield kind, place, straight(mailbox.name), straight(mailbox.address)


REFERENCE = ("message_id", "position")


def _references(names: Sequence[str]) -> Iterator[rows.Row]:
    """Rows of REFERENCE, each Message-ID once."""
    for place, name in enumerate(dict.fromkeys(filter(None, names))):
        yield name, place


ATTACHMENT = tuple("file_id position name content_type size content_id inline state state_reason".split())


def _attachments(item: Received) -> Iterator[rows.Row]:
    """Rows of ATTACHMENT."""
    for place, file in enumerate(item.files):
        yield (
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
    return straight(", ".join(item.name or item.address for item in mailboxes[:50]))


def straight(text: str) -> str:
    """Text of a header as it is listed, without signs that turn what is written after them round."""
    return TURNS.sub("", plain(text))
