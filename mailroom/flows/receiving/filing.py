"""Files what was fetched: original bytes first, then a batch of rows with its cursor, each mail once an account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import DatabaseError, transaction

from mailroom.flows.receiving import attachments
from mailroom.flows.receiving.models import FolderCursor, QuarantinedMessage, ReceivingOptions, ServerMessage
from mailroom.flows.receiving.servers.contract import Cursor, Fetched
from mailroom.mime import parse
from mailroom.mime.message import Message
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import received
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.emails.received import Received, ReceivedFile
from mailroom.records.files import store
from mailroom.records.files.models import StoredFile

log = structlog.get_logger(__name__)


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
    """A fetched message, its parsed value, and its stored original."""

    fetched: Fetched
    message: Message
    original: StoredFile


def file_batch(
    account: EmailAccount, fetched: Sequence[Fetched], now: datetime, cursor: Cursor | None = None
) -> FilingResult:
    """Store a batch. When it returns, bytes and rows are durable and the server may be told."""
    options = ReceivingOptions.objects.filter(account=account).first() or ReceivingOptions(account=account)
    trusted = options.trusted_authentication_hosts.split()
    messages = [parse.parse(item.raw, trusted) for item in fetched]
    contents = [item.raw for item in fetched] + [part.content for message in messages for part in message.attachments]
    rows = store.put_many(contents) if contents else []
    files = {bytes(row.sha256): row for row in rows}
    batch = [
        _Read(item, message, row) for item, message, row in zip(fetched, messages, rows[: len(fetched)], strict=True)
    ]
    try:
        return _write(account, options, batch, files, now, cursor)
    except DatabaseError as error:
        log.warning("batch refused, filing one by one", account=account.email_account_id, error=str(error))
        return _one_by_one(account, options, batch, files, now, cursor)


def _one_by_one(
    account: EmailAccount,
    options: ReceivingOptions,
    batch: Sequence[_Read],
    files: dict[bytes, StoredFile],
    now: datetime,
    cursor: Cursor | None,
) -> FilingResult:
    """One bad message never stops those after it: it goes to quarantine with its reason."""
    result = FilingResult()
    for item in batch:
        try:
            result.add(_write(account, options, [item], files, now, None))
        except DatabaseError as error:
            with transaction.atomic():
                quarantine(account, item.original, str(error), "filing", now)
                _remember(account, [(item, None)], now)
            result.quarantined += 1
    if cursor is not None:
        _move_cursor(account, cursor)
    return result


def quarantine(
    account: EmailAccount, original: StoredFile, reason: str, step: str, now: datetime
) -> QuarantinedMessage:
    """Keep a mail that could not be taken normally, raw, with its reason."""
    return QuarantinedMessage.objects.create(
        account=account,
        raw_sha256=original.sha256,
        size=original.size,
        reason=received.plain(reason),
        step=step,
        at=now,
    )


@transaction.atomic
def _write(
    account: EmailAccount,
    options: ReceivingOptions,
    batch: Sequence[_Read],
    files: dict[bytes, StoredFile],
    now: datetime,
    cursor: Cursor | None,
) -> FilingResult:
    EmailAccount.objects.select_for_update().get(pk=account.pk)  # one filer an account at a time
    fresh, again = _sort_out(account, batch)
    rule = attachments.rule(options.allowed_attachment_types, options.discard_other_attachments)
    emails = received.write(account, [_received(item, files, rule, now) for item in fresh], now) if fresh else []
    of_content = {bytes(item.original.sha256): email for item, email in zip(fresh, emails, strict=True)}
    of_content |= {bytes(email.raw_sha256 or b""): email for email in _stored(account, again)}
    _remember(account, [(item, of_content.get(bytes(item.original.sha256))) for item in (*fresh, *again)], now)
    if cursor is not None:
        _move_cursor(account, cursor)
    return FilingResult(len(emails), len(again), 0, [email.pk for email in emails])


def _sort_out(account: EmailAccount, batch: Sequence[_Read]) -> tuple[list[_Read], list[_Read]]:
    """What is new, and what this account has already (fetched twice, in two folders, or renumbered)."""
    digests = [bytes(item.original.sha256) for item in batch]
    rows = ServerMessage.objects.filter(account=account, raw_sha256__in=digests)
    seen = {bytes(digest) for digest in rows.values_list("raw_sha256", flat=True)}
    fresh: list[_Read] = []
    again: list[_Read] = []
    for item, digest in zip(batch, digests, strict=True):
        (again if digest in seen else fresh).append(item)
        seen.add(digest)
    return fresh, again


def _stored(account: EmailAccount, again: Sequence[_Read]) -> list[Email]:
    if not again:
        return []
    digests = [bytes(item.original.sha256) for item in again]
    return list(Email.objects.filter(account=account, raw_sha256__in=digests).only("pk", "raw_sha256"))


def _received(item: _Read, files: dict[bytes, StoredFile], rule: attachments.Rule, now: datetime) -> Received:
    note = ""
    if item.fetched.cut:
        note = f"The message has {item.fetched.full_size} bytes, more than the account takes: only its header is here."
    parts = []
    for part in item.message.attachments:
        state, reason = rule.judge(part)
        stored = None if state == Attachment.State.DISCARDED else files[part.sha256]
        parts.append(ReceivedFile(part.name, part.type, part.size, part.content_id, part.inline, stored, state, reason))
    return Received(
        message=item.message,
        raw_sha256=bytes(item.original.sha256),
        size=item.fetched.full_size or len(item.fetched.raw),
        arrived_at=item.fetched.internal_date or now,
        files=parts,
        note=note,
    )


def _remember(account: EmailAccount, items: Sequence[tuple[_Read, Email | None]], now: datetime) -> None:
    """Note where each message lies on the server, so that it is never filed again."""
    rows = [
        ServerMessage(
            account=account,
            folder=item.fetched.folder,
            uidvalidity=item.fetched.uidvalidity,
            uid=item.fetched.uid,
            raw_sha256=item.original.sha256,
            email=email,
        )
        for item, email in items
    ]
    ServerMessage.objects.bulk_create(rows, ignore_conflicts=True)


def _move_cursor(account: EmailAccount, cursor: Cursor) -> None:
    FolderCursor.objects.update_or_create(
        account=account,
        folder=cursor.folder,
        defaults={"uidvalidity": cursor.uidvalidity, "highest_uid": cursor.highest_uid},
    )
