"""Drafts: new mail, replies and forwards, their fields and files (CR306015, BEHAVIOUR 3.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mailroom.base.rows import plain
from mailroom.mime import addresses
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import search, status
from mailroom.records.emails.models import (
    Attachment,
    Box,
    Direction,
    Email,
    EmailContent,
    Recipient,
    Status,
)
from mailroom.records.emails.moves import Action
from mailroom.records.emails.received import line
from mailroom.records.files import store
from mailroom.records.organisation.models import User

LARGEST_FILES = 25_000_000


class TooLarge(Exception):
    """The files of a mail together are larger than servers take; the text says how large they may be."""


class Stale(Exception):
    """The draft was saved by somebody else, or in another tab, since it was opened."""

    def __init__(self, version: int, at: datetime | None, by: User | None) -> None:
        super().__init__(_("%(who)s saved this draft meanwhile.") % {"who": by or _("Somebody")})
        self.version, self.at, self.by = version, at, by


@dataclass(frozen=True, slots=True)
class DraftFields:
    """What a person writes. Addresses may carry names; `html` empty means a plain text mail.

    `sender` stands in From in place of the account's address, `reply_to` is where answers shall go.
    """

    account: EmailAccount
    to: Sequence[Address] = ()
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    in_reply_to: Sequence[str] = ()
    references: Sequence[str] = ()
    thread_id: int | None = None
    answers: int | None = None
    related: tuple[str, int | None, str] = ("", None, "")
    extra: dict[str, Any] = field(default_factory=dict)
    sender: Address | None = None
    reply_to: Sequence[Address] = ()


@transaction.atomic
def create(fields: DraftFields, now: datetime, by: User | None, index: bool = True) -> Email:
    """A saved draft. Whoever queues it in the same transaction says `index=False`: queueing indexes it."""
    email = _new(fields, now, by)
    email.save(force_insert=True)
    _content(email, fields, now, by).save(force_insert=True)
    Recipient.objects.bulk_create(_recipients(email, fields))
    if index:
        search.index([email.pk])
    return email


@transaction.atomic
def create_many(every: Sequence[DraftFields], now: datetime, by: User | None) -> list[Email]:
    """Drafts that are queued in the same transaction, in the order given: three statements for some hundreds."""
    emails = Email.objects.bulk_create([_new(fields, now, by) for fields in every])
    pairs = list(zip(emails, every, strict=True))
    EmailContent.objects.bulk_create([_content(email, fields, now, by) for email, fields in pairs])
    Recipient.objects.bulk_create([row for email, fields in pairs for row in _recipients(email, fields)])
    return emails


def _new(fields: DraftFields, now: datetime, by: User | None) -> Email:
    kind, entity, description = fields.related
    email = Email(
        direction=Direction.OUTGOING,
        status=Status.DRAFT,
        box=Box.SENT,
        read=True,
        account=fields.account,
        created_by=by,
        owner=getattr(by, "employee", None) if by else None,
        thread_id=fields.thread_id,
        date=now,
        created_at=now,
        related_entity_type=kind,
        related_entity_id=entity,
        related_entity_description=description,
    )
    _head(email, fields, now)
    return email


def _content(email: Email, fields: DraftFields, now: datetime, by: User | None) -> EmailContent:
    return EmailContent(
        email=email,
        text=plain(fields.text),
        html=plain(fields.html),
        saved_at=now,
        saved_by=by,
        facts={
            "in_reply_to": list(fields.in_reply_to),
            "references": list(fields.references),
            "answers": fields.answers,
            **({"sender": [fields.sender.name, fields.sender.address]} if fields.sender else {}),
            **fields.extra,
        },
    )


@transaction.atomic
def save(email: Email, fields: DraftFields, now: datetime, by: User | None, version: int | None = None) -> Email:
    """Change a draft or a canceled mail, which becomes a draft; raises status.Refused for any other.

    With the `version` that the writer began from, raises Stale when another save came between: nothing is overwritten
    unseen.
    """
    standing = (
        Email.objects.select_for_update(of=("self",)).filter(pk=email.pk).values_list("status", flat=True).first()
    )
    if standing is None:
        raise status.Refused(_("The email is gone."))
    saved = EmailContent.objects.defer("text", "html", "headers", "facts").get(email=email)
    if version is not None and saved.version != version:
        raise Stale(saved.version, saved.saved_at, saved.saved_by)
    if standing != Status.DRAFT:
        status.move(email, Action.SAVE, now, by)
    EmailContent.objects.filter(email=email).update(version=saved.version + 1, saved_at=now, saved_by=by)
    _write(email, fields, now)
    return email


COLUMNS = (
    *("account", "subject", "from_address", "from_name", "to_line", "cc_line", "bcc_line", "preview", "date"),
    *("subject_key", "from_key", "to_key"),
)


def _write(email: Email, fields: DraftFields, now: datetime) -> None:
    _head(email, fields, now)
    email.save(update_fields=COLUMNS)
    EmailContent.objects.filter(email=email).update(text=plain(fields.text), html=plain(fields.html))
    email._state.fields_cache.pop("content", None)  # what is read from now on is what was written
    email.recipients.all().delete()
    Recipient.objects.bulk_create(_recipients(email, fields))
    search.index([email.pk])


def _head(email: Email, fields: DraftFields, now: datetime) -> None:
    email.account = fields.account
    email.subject = plain(" ".join(fields.subject.split()))
    sender = fields.sender or Address(fields.account.sender_name, fields.account.email_address)
    email.from_address, email.from_name = plain(sender.address), plain(sender.name)
    email.to_line, email.cc_line, email.bcc_line = line(fields.to), line(fields.cc), line(fields.bcc)
    email.preview = " ".join(plain(fields.text[:1000]).split())[:200]
    email.date = now


def _recipients(email: Email, fields: DraftFields) -> list[Recipient]:
    groups = (("to", fields.to), ("cc", fields.cc), ("bcc", fields.bcc))
    found = [(kind, item) for kind, items in groups for item in items]
    return [
        Recipient(email=email, kind=kind, position=place, name=plain(item.name), address=plain(item.address))
        for place, (kind, item) in enumerate([*_once(found), *(("reply_to", item) for item in fields.reply_to)])
    ]


def _once(found: Iterable[tuple[str, Address]]) -> list[tuple[str, Address]]:
    """Each address once; To goes before Cc, Cc before Bcc."""
    unique: dict[tuple[str, str], tuple[str, Address]] = {}
    for kind, item in found:
        local = item.address.rpartition("@")[0].casefold()
        unique.setdefault((local, addresses.domain(item.address)), (kind, item))
    return list(unique.values())


def attach(email: Email, name: str, content_type: str, content: bytes, content_id: str = "") -> Attachment:
    """Add a file to a draft; with a `content_id` it is an inline image. Raises TooLarge, status.Refused."""
    check_editable(email)
    check_room(email, len(content))
    made = Attachment.objects.create(
        email=email,
        file=store.put(content),
        position=email.attachments.count(),
        name=plain(name),
        content_type=content_type[:255],
        size=len(content),
        content_id=content_id,
        inline=bool(content_id),
    )
    count_files(email)
    return made


def check_editable(email: Email) -> None:
    """Raises status.Refused unless the email is a draft or canceled."""
    if email.status not in {Status.DRAFT, Status.CANCELED}:
        raise status.Refused(_("Only a draft or a canceled email can be changed."))


def check_room(email: Email, more: int) -> None:
    """Raises TooLarge when `more` bytes do not fit beside the files there are (T40: refused with the reason)."""
    used = sum(email.attachments.values_list("size", flat=True))
    if used + more > LARGEST_FILES:
        sizes = {"most": LARGEST_FILES // 1_000_000, "sum": f"{(used + more) / 1_000_000:.1f}"}
        raise TooLarge(
            _("The files together may have %(most)d MB and would have %(sum)s MB. Most servers refuse larger mail.")
            % sizes
        )


def detach(email: Email, attachment_id: int) -> None:
    """Take a file off a draft; raises status.Refused."""
    check_editable(email)
    email.attachments.filter(pk=attachment_id).delete()
    count_files(email)


def readable_files(emails: QuerySet[Email]) -> QuerySet[Attachment]:
    """The files of these emails that their readers get, and that can stand on another mail."""
    return Attachment.objects.filter(
        email__in=emails, state=Attachment.State.DELIVERED, inline=False, file__isnull=False
    )


def copy_files(email: Email, files: Sequence[Attachment]) -> list[Attachment]:
    """Put files of other mails on a draft; their content is not stored again. Raises TooLarge, status.Refused."""
    check_editable(email)
    check_room(email, sum(file.size for file in files))
    first = email.attachments.count()
    copies = [
        Attachment(
            email=email,
            file=file.file,
            position=first + place,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            content_id=file.content_id,
            inline=file.inline,
        )
        for place, file in enumerate(files)
    ]
    Attachment.objects.bulk_create(copies)
    count_files(email)
    return copies


def count_files(email: Email) -> None:
    """Keep the count that lists show."""
    Email.objects.filter(pk=email.pk).update(attachment_count=email.attachments.filter(inline=False).count())
    search.index([email.pk])


def own_addresses() -> set[tuple[str, str]]:
    """Every address our accounts answer for, in comparable form."""
    found: set[tuple[str, str]] = set()
    for address, reply, aliases in EmailAccount.objects.values_list("email_address", "reply_address", "aliases"):
        for item in (address, reply, *aliases.replace(",", " ").split()):
            if item:
                found.add((item.rpartition("@")[0].casefold(), addresses.domain(item)))
    return found


def own_among(texts: Iterable[str]) -> set[str]:
    """Those of these addresses that our accounts answer for, each as it was given."""
    own = own_addresses()
    return {text for text in texts if (text.strip().rpartition("@")[0].casefold(), addresses.domain(text)) in own}
