"""Holds the server against the store, a folder at a time in bounded memory: what lies there and is not here."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from mailroom.base import engine, rows
from mailroom.flows.receiving import filing, folders
from mailroom.flows.receiving.models import Gap, ReceivingOptions, Reconciliation, ServerMessage
from mailroom.flows.receiving.receive import TROUBLES, folders_to_read, open_session
from mailroom.flows.receiving.servers.contract import Cursor, Held, Session
from mailroom.mime import parse
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol
from mailroom.records.preferences import current

EVERY = timedelta(days=1)
KEPT = 30  # comparisons of an account
MOST_GAPS = 1000  # listed in one comparison; all are counted
AT_ONCE = 500


@dataclass(slots=True)
class Folder:
    """What one folder came to; `missing` are UIDs of gaps, as many as are listed."""

    folder: str
    uidvalidity: int = 0
    on_server: int = 0
    waiting: int = 0
    gaps: int = 0
    gone: int = 0
    error: str = ""
    missing: list[str] = field(default_factory=list)


def due(now: datetime) -> QuerySet[EmailAccount]:
    """The accounts that have been received and were not compared for a day."""
    lately = Reconciliation.objects.filter(account=OuterRef("pk"), at__gt=now - EVERY)
    accounts = EmailAccount.objects.filter(active=True, receiving__last_receive_at__isnull=False)
    return accounts.exclude(incoming_mail_protocol=IncomingMailProtocol.NONE).exclude(Exists(lately))


def latest(account: EmailAccount) -> Reconciliation | None:
    """The newest comparison of an account."""
    return Reconciliation.objects.filter(account=account).order_by("-pk").first()


def reconcile(account_id: int, now: datetime) -> Reconciliation:
    """Compare every folder that is read; troubles of the server are in the result's `error`."""
    account, started = EmailAccount.objects.get(pk=account_id), time.monotonic()
    found: list[Folder] = []
    listed: list[Gap] = []
    error = _("Email processing is suspended.") if current.is_suspended() else ""
    try:
        if not error:
            for one, gaps in _compared(account, MOST_GAPS):
                found.append(one)
                listed += gaps
    except TROUBLES as trouble:
        error = str(connection.explain(trouble))
    error = error or next((one.error for one in found if one.error), "")
    made = Reconciliation(account=account, at=now, seconds=time.monotonic() - started, error=error)
    return _kept(made, found, listed)


def _kept(made: Reconciliation, found: Sequence[Folder], listed: Sequence[Gap]) -> Reconciliation:
    for name in ("on_server", "waiting", "gaps", "gone"):
        setattr(made, name, sum(getattr(one, name) for one in found))
    shown = ("folder", "uidvalidity", "on_server", "waiting", "gaps", "gone", "error")
    made.folders = [{name: getattr(one, name) for name in shown} for one in found]
    with transaction.atomic():
        made.save()
        for gap in listed:
            gap.reconciliation = made
        Gap.objects.bulk_create(listed, batch_size=AT_ONCE)
        old = Reconciliation.objects.filter(account=made.account).order_by("-pk").values_list("pk", flat=True)
        Reconciliation.objects.filter(pk__in=list(old[KEPT : KEPT + 100])).delete()
    return made


def _compared(account: EmailAccount, room: int) -> Iterator[tuple[Folder, list[Gap]]]:
    """Each folder with the gaps that are listed; what the server refuses in one is that folder's trouble alone."""
    session = open_session(account)
    options = ReceivingOptions.objects.filter(account=account).first() or ReceivingOptions(account=account)
    try:
        for name in folders_to_read(session, account, options):
            one = Folder(name)
            gaps: list[Gap] = []
            try:
                _compare(account, session, one, room)
                gaps = [_gap(one, held) for held in session.described(name, one.missing)] if one.missing else []
            except connection.Refused as refused:
                one.error = str(connection.explain(refused))
            room -= len(gaps)
            yield one, gaps
    finally:
        session.close()


def _compare(account: EmailAccount, session: Session, one: Folder, room: int) -> None:
    cursor = folders.cursor(account, one.folder)
    one.uidvalidity, batches = session.holdings(one.folder)
    here = ServerMessage.objects.filter(account=account, folder=one.folder, uidvalidity=one.uidvalidity)
    uncleaned, seen = here.filter(cleaned_at=None).count(), 0
    for batch in batches:
        known: set[str] = set()
        for start in range(0, len(batch), AT_ONCE):
            places = here.filter(uid__in=batch[start : start + AT_ONCE]).values_list("uid", "cleaned_at")
            for uid, cleaned_at in places:
                known.add(uid)
                seen += cleaned_at is None
        lacking = [uid for uid in batch if uid not in known]
        missing = [uid for uid in lacking if not _comes_by_itself(cursor, one.uidvalidity, uid)]
        one.on_server += len(batch)
        one.waiting += len(lacking) - len(missing)
        one.gaps += len(missing)
        one.missing += missing[: max(0, room - len(one.missing))]
    one.gone = max(0, uncleaned - seen)


def _comes_by_itself(cursor: Cursor, uidvalidity: int, uid: str) -> bool:
    """Whether the next run fetches it: it lies beyond the cursor, or the folder is read from its beginning."""
    if not uidvalidity:  # POP3: whatever is not known is fetched, so that what is not here has been passed over
        return False
    return cursor.uidvalidity != uidvalidity or int(uid) > cursor.highest_uid


def _gap(one: Folder, held: Held) -> Gap:
    message = parse.parse(held.header)
    return Gap(
        folder=one.folder,
        uidvalidity=one.uidvalidity,
        uid=held.uid,
        size=held.size,
        subject=rows.plain(message.subject)[:500],
        sender=rows.plain(message.from_[0].address if message.from_ else "")[:320],
        date=message.date,
    )


@dataclass(slots=True)
class FetchResult:
    """What fetching gaps came to; `error` is empty when all went well."""

    fetched: int = 0
    duplicate: int = 0
    quarantined: int = 0
    gone: int = 0
    error: str = ""


def fetch(account: EmailAccount, now: datetime) -> FetchResult:
    """Fetch the listed gaps of the newest comparison; what has come meanwhile is a duplicate and nothing twice."""
    made, result = latest(account), FetchResult()
    if current.is_suspended():
        return FetchResult(error=_("Email processing is suspended."))
    gaps = list(made.found.filter(state=Gap.State.OPEN)) if made else []
    if not gaps:
        return result
    options = ReceivingOptions.objects.filter(account=account).first() or ReceivingOptions(account=account)
    try:
        session = open_session(account)
        try:
            for gap in gaps:
                _fetch(account, session, gap, options.largest_email_bytes, now, result)
        finally:
            session.close()
    except TROUBLES as error:
        result.error = str(connection.explain(error))
    if result.fetched:
        engine.wake("incoming.process", lock=f"incoming:{account.pk}", account_id=account.pk)
    return result


def _fetch(account: EmailAccount, session: Session, gap: Gap, largest: int, now: datetime, result: FetchResult) -> None:
    found = session.message(Cursor(gap.folder, gap.uidvalidity), gap.uid, largest)
    if found is None:
        result.gone += 1
        Gap.objects.filter(pk=gap.pk).update(state=Gap.State.GONE)
        return
    filed = filing.file_batch(account, [found], now)
    result.fetched += filed.stored
    result.duplicate += filed.duplicate
    result.quarantined += filed.quarantined
    Gap.objects.filter(pk=gap.pk).update(state=Gap.State.FETCHED)


def export(made: Reconciliation) -> dict[str, Any]:
    """A comparison with its gaps as the API and the command line print it."""
    names = ("folder", "uid", "size", "subject", "sender", "date", "state")
    return {
        "account": made.account.email_account_id,
        "at": made.at.isoformat(),
        "seconds": round(made.seconds, 3),
        "on_server": made.on_server,
        "waiting": made.waiting,
        "gaps": made.gaps,
        "gone": made.gone,
        "error": made.error,
        "folders": made.folders,
        "found": [
            row | {"date": row["date"].isoformat() if row["date"] else None} for row in made.found.values(*names)
        ],
    }
