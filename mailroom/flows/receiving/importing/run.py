"""Imports paths into an account, in batches, each with its place in one transaction: a run that was cut goes on there.

Imported mail is history: it is Processed at once, so that no step answers a customer on a mail of years ago.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from mailroom.base import audit, durable
from mailroom.flows.receiving import filing
from mailroom.flows.receiving.filing import FilingResult
from mailroom.flows.receiving.importing import sources
from mailroom.flows.receiving.importing.sources import Found, Source
from mailroom.flows.receiving.models import IMPORTED, FolderCursor
from mailroom.flows.receiving.servers.contract import SLICE_BYTES, SLICE_COUNT, Cursor, Fetched
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import status
from mailroom.records.emails.models import Email
from mailroom.records.emails.moves import Action


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import came to. `skipped` were taken by an earlier run over the same path."""

    found: int = 0
    stored: int = 0
    duplicate: int = 0
    quarantined: int = 0
    skipped: int = 0


@dataclass(slots=True)
class Import:
    """How far an import is, told after each batch; `of` is the size of everything in bytes."""

    of: int
    bytes: int = 0
    skipped: int = 0
    counts: FilingResult = field(default_factory=FilingResult)

    @property
    def result(self) -> ImportResult:
        """The counts so far."""
        counts = self.counts
        found = counts.stored + counts.duplicate + counts.quarantined
        return ImportResult(found, counts.stored, counts.duplicate, counts.quarantined, self.skipped)


def import_paths(
    account: EmailAccount,
    paths: Sequence[Path],
    now: datetime,
    told: Callable[[Import], bool] = lambda done: True,
) -> ImportResult:
    """Import files and folders; raises sources.NothingThere before anything is read.

    `told` hears of each batch, and stops the import by answering False; the next call goes on behind it.
    """
    found = [sources.source(path) for path in paths]
    done = Import(sum(one.size for one in found))
    try:
        for one in found:
            if not _import(account, one, now, done, told):
                break
    finally:
        if done.counts.stored:
            audit.record(account, audit.Act.UPDATE, imported_emails=done.counts.stored)
    return done.result


def _import(account: EmailAccount, source: Source, now: datetime, done: Import, told: Callable[[Import], bool]) -> bool:
    folder = IMPORTED + sha256(source.name.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    row = FolderCursor.objects.filter(account=account, folder=folder).first()
    place = row.highest_uid if row and row.uidvalidity == source.mark else 0
    messages = source.messages()
    for passed in islice(messages, place):
        done.bytes += passed.size
    done.skipped += place
    for batch in _batches(messages):
        fetched = [_fetched(item, folder, source.mark, place + at) for at, item in enumerate(batch, 1)]
        place += len(batch)
        done.counts.add(_file(account, fetched, now, Cursor(folder, source.mark, place)))
        done.bytes += sum(item.size for item in batch)
        if not told(done):
            return False
    return True


def _batches(messages: Iterator[Found]) -> Iterator[list[Found]]:
    """Runs of bounded bytes and count."""
    batch: list[Found] = []
    weight = 0
    for item in messages:
        if batch and (weight + item.size > SLICE_BYTES or len(batch) >= SLICE_COUNT):
            yield batch
            batch, weight = [], 0
        batch.append(item)
        weight += item.size
    if batch:
        yield batch


def _fetched(item: Found, folder: str, mark: int, number: int) -> Fetched:
    return Fetched(item.load(), folder, str(number), mark, internal_date=item.arrived_at, seen=item.seen)


def _file(account: EmailAccount, fetched: Sequence[Fetched], now: datetime, cursor: Cursor) -> FilingResult:
    with durable.atomic():
        result = filing.file_batch(account, fetched, now, cursor)
        status.move_many(result.emails, Action.FINISH, now, reason=_("Imported."))
        seen = [sha256(item.raw).digest() for item in fetched if item.seen]
        Email.objects.filter(pk__in=result.emails, raw_sha256__in=seen).update(read=True)
    return result
