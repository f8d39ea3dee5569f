"""Files what was fetched: original bytes first, then a batch of rows with its cursor, each mail once an account.

Needs no server: an import hands over `Fetched` with the source as its folder and a name of its own as its id.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError

from mailroom.base import durable, rows
from mailroom.flows.receiving import attachments
from mailroom.flows.receiving.models import FolderCursor, QuarantinedMessage, ReceivingOptions, ServerMessage
from mailroom.flows.receiving.servers.contract import Cursor, Fetched
from mailroom.mime import parse
from mailroom.mime.message import Message
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import received
from mailroom.records.emails.models import Attachment
from mailroom.records.emails.received import Received, ReceivedFile
from mailroom.records.files import store
from mailroom.records.files.models import StoredFile

log = structlog.get_logger(__name__)
NOT_THE_MAILS_FAULT = (OperationalError, InterfaceError, OSError, ObjectDoesNotExist, MemoryError)


@dataclass(slots=True)
class FilingResult:
    """Counts of one batch, and the ids of the emails it made."""

    stored: int = 0
    duplicate: int = 0
    quarantined: int = 0
    emails: list[int] = field(default_factory=list)

    def add(self, other: "FilingResult") -> None:
        """Add another batch's counts."""
        self.stored += other.stored
        self.duplicate += other.duplicate
        self.quarantined += other.quarantined
        self.emails += other.emails


@dataclass(frozen=True, slots=True)
class _Read:
    """A fetched message, its hash, and its parsed value, or what went wrong with reading it."""

    fetched: Fetched
    sha256: bytes
    message: Message | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _Item:
    """A fetched message whose bytes are stored, and its rows, or what went wrong with making them."""

    fetched: Fetched
    original: StoredFile
    rows: received.Rows | None
    trouble: str = ""

    @property
    def sha256(self) -> bytes:
        """The hash of the original."""
        return bytes(self.original.sha256)


@dataclass(frozen=True, slots=True)
class _Job:
    """What a batch is filed with."""

    account: EmailAccount
    rule: attachments.Rule
    trusted: Sequence[str]
    now: datetime


def file_batch(
    account: EmailAccount, fetched: Sequence[Fetched], now: datetime, cursor: Cursor | None = None
) -> FilingResult:
    """Store a batch. When it returns, bytes and rows are durable and the server may be told.

    Raises OSError and database errors that are no fault of the mail (disk full, database gone): then nothing was told.
    """
    job = _job(account, now)
    batch = _kept(job, fetched)
    result = FilingResult()
    if troubled := [item for item in batch if item.rows is None]:
        result.add(_put_aside(job, troubled))
    result.add(_file(job, [item for item in batch if item.rows is not None], cursor))
    return result


def whole(account: EmailAccount, fetched: Fetched, now: datetime) -> received.Rows:
    """One message stored and read, for an email that is written already; raises NotRead."""
    item = _kept(_job(account, now), [fetched])[0]
    if item.rows is None:
        raise NotRead(item.trouble)
    return item.rows


def file_again(account: EmailAccount, made: received.Rows) -> int:
    """Write one mail that was put aside before and is known by its content; call it in a transaction."""
    _lock(account)
    ids = received.write(account, [made])
    _count_parts([made], ids)
    return ids[0]


def _job(account: EmailAccount, now: datetime) -> _Job:
    options = ReceivingOptions.objects.filter(account=account).first() or ReceivingOptions(account=account)
    rule = attachments.rule(options.allowed_attachment_types, options.discard_other_attachments)
    return _Job(account, rule, options.trusted_authentication_hosts.split(), now)


def _kept(job: _Job, fetched: Sequence[Fetched]) -> list[_Item]:
    """The messages read and their rows made, with their bytes and files durable on disk."""
    batch = [_read(item, job.trusted) for item in fetched]
    files = store.put_by_hash(_contents(batch, job.rule))
    return [_item(job, item, files) for item in batch]


def _read(item: Fetched, trusted: Sequence[str]) -> _Read:
    digest = sha256(item.raw).digest()
    try:
        message = parse.parse(item.raw, trusted)
        for part in message.attachments:
            _ = part.sha256  # decoded now: a file that cannot be is this mail's trouble alone
        return _Read(item, digest, message)
    except Exception as error:  # the parser never raises; if it does, the mail is kept all the same
        log.exception("parsing failed", sha256=digest.hex())
        return _Read(item, digest, None, _words(error))


def _contents(batch: Sequence[_Read], rule: attachments.Rule) -> Iterable[tuple[bytes, bytes]]:
    """Hash and bytes of everything to be kept: originals, then the files in them that are not thrown away."""
    for item in batch:
        yield item.sha256, item.fetched.raw
    for item in batch:
        for part in item.message.attachments if item.message else ():
            if rule.judge(part)[0] != Attachment.State.DISCARDED:
                yield part.sha256, part.content


def _item(job: _Job, read: _Read, files: dict[bytes, StoredFile]) -> _Item:
    original = files[read.sha256]
    if read.message is None:
        return _Item(read.fetched, original, None, read.trouble)
    try:
        made = received.prepare(job.account, _received(job, read.fetched, read.message, read.sha256, files), job.now)
    except Exception as error:  # whatever one mail's values raise, the others are filed
        log.warning("mail put aside", sha256=read.sha256.hex(), error=_words(error))
        return _Item(read.fetched, original, None, _words(error))
    return _Item(read.fetched, original, made)


def _received(job: _Job, fetched: Fetched, message: Message, digest: bytes, files: dict[bytes, StoredFile]) -> Received:
    note = ""
    if fetched.cut:
        note = f"The message has {fetched.full_size} bytes, more than the account takes: only its header is here."
    parts = []
    for part in message.attachments:
        state, reason = job.rule.judge(part)
        stored = None if state == Attachment.State.DISCARDED else files[part.sha256]
        parts.append(ReceivedFile(part.name, part.type, part.size, part.content_id, part.inline, stored, state, reason))
    return Received(
        message=message,
        raw_sha256=digest,
        size=fetched.full_size or len(fetched.raw),
        arrived_at=fetched.internal_date or job.now,
        files=parts,
        note=note,
        cut=fetched.cut,
    )


def _file(job: _Job, batch: Sequence[_Item], cursor: Cursor | None) -> FilingResult:
    """Write the batch, or what the database takes of it: a mail that it refuses is found by halving and put aside."""
    try:
        return _write(job, batch, cursor)
    except NOT_THE_MAILS_FAULT:
        raise
    except Exception as error:  # what a database refuses differs; one mail of the batch is at fault
        log.warning("batch refused", account=job.account.email_account_id, mails=len(batch), error=_words(error))
        if not batch:
            raise
        if len(batch) == 1:
            return _put_aside(job, [replace(batch[0], trouble=_words(error))], cursor)
    half = len(batch) // 2
    result = _file(job, batch[:half], None)
    result.add(_file(job, batch[half:], cursor))
    return result


def _put_aside(job: _Job, batch: Sequence[_Item], cursor: Cursor | None = None) -> FilingResult:
    """Quarantine mails that could not be filed; they are not fetched again."""
    with durable.atomic():
        _lock(job.account)
        fresh, seen = _sort_out(job.account, batch)
        for item in fresh:
            quarantine(job.account, item.original, item.trouble, "filing", job.now)
        _remember(job, [(item, seen.get(item.sha256)) for item in batch], cursor)
    return FilingResult(duplicate=len(batch) - len(fresh), quarantined=len(fresh))


def quarantine(
    account: EmailAccount, original: StoredFile, reason: str, step: str, now: datetime
) -> QuarantinedMessage:
    """Keep a mail that could not be taken normally, raw, with its reason."""
    return QuarantinedMessage.objects.create(
        account=account,
        raw_sha256=original.sha256,
        size=original.size,
        reason=rows.plain(reason),
        step=step,
        at=now,
    )


class NotRead(Exception):
    """A mail's bytes could not be read into parts; the text says what happened."""


class PartsMissing(Exception):
    """Fewer or more files of a mail were stored than its parser counted."""


def _write(job: _Job, batch: Sequence[_Item], cursor: Cursor | None) -> FilingResult:
    """All of the batch in one transaction, with the cursor behind it."""
    with durable.atomic():
        _lock(job.account)
        fresh, seen = _sort_out(job.account, batch)
        made = [item.rows for item in fresh if item.rows]
        ids = received.write(job.account, made) if made else []
        _count_parts(made, ids)
        seen |= {item.sha256: pk for item, pk in zip(fresh, ids, strict=True)}
        _remember(job, [(item, seen[item.sha256]) for item in batch], cursor)
    return FilingResult(len(ids), len(batch) - len(ids), 0, ids)


def _count_parts(batch: Sequence[received.Rows], ids: Sequence[int]) -> None:
    """Raise PartsMissing when the files stored are not as many as were read."""
    stored = received.count_files(ids)
    for item, pk in zip(batch, ids, strict=True):
        if stored.get(pk, 0) != len(item.attachments):
            raise PartsMissing(
                f"{len(item.attachments)} files were read in this mail, and {stored.get(pk, 0)} were stored."
            )


def _lock(account: EmailAccount) -> None:
    """One filer an account at a time; raises EmailAccount.DoesNotExist when the account is gone."""
    EmailAccount.objects.select_for_update().only("pk").get(pk=account.pk)


def _sort_out(account: EmailAccount, batch: Sequence[_Item]) -> tuple[list[_Item], dict[bytes, int | None]]:
    """What is new; and the email of what this account has already (fetched twice, in two folders, or renumbered)."""
    known = ServerMessage.objects.filter(account=account, raw_sha256__in=[item.sha256 for item in batch])
    seen: dict[bytes, int | None] = {}
    for digest, email in known.order_by("pk").values_list("raw_sha256", "email_id"):
        seen[bytes(digest)] = email
    fresh = {item.sha256: item for item in batch if item.sha256 not in seen}
    return list(fresh.values()), seen


PLACE = ("account_id", "folder", "uidvalidity", "uid", "raw_sha256", "email_id", "cut")


def _remember(job: _Job, items: Sequence[tuple[_Item, int | None]], cursor: Cursor | None) -> None:
    """Note where each message lies on the server, so that it is never filed again, and how far the folder is read."""
    account = job.account
    places = {(item.fetched.folder, item.fetched.uidvalidity, item.fetched.uid): (item, email) for item, email in items}
    for folder, uidvalidity in {place[:2] for place in places}:
        noted = ServerMessage.objects.filter(account=account, folder=folder, uidvalidity=uidvalidity)
        uids = [uid for *where, uid in places if where == [folder, uidvalidity]]
        for uid in noted.filter(uid__in=uids).values_list("uid", flat=True):
            del places[folder, uidvalidity, uid]
    noted_now = places.items()
    rows.insert(
        ServerMessage,
        PLACE,
        ((account.pk, *place, item.sha256, email, item.fetched.cut) for place, (item, email) in noted_now),
    )
    if cursor is not None:
        FolderCursor.objects.update_or_create(
            account=account,
            folder=cursor.folder,
            defaults={"uidvalidity": cursor.uidvalidity, "highest_uid": cursor.highest_uid},
        )


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
