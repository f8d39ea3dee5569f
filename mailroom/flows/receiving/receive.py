"""Receives one account: a session, slices of new messages, filing, and only then the server is told."""

import imaplib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mailroom.base import mapping
from mailroom.base.rows import among
from mailroom.flows.receiving import filing, folders, state, troubles
from mailroom.flows.receiving.filing import FilingResult
from mailroom.flows.receiving.models import AfterReceiving, FolderCursor, ReceivingOptions, ServerMessage
from mailroom.flows.receiving.servers import imap, pop3
from mailroom.flows.receiving.servers.contract import Asked, NotRemoved, Session, Slice
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Trouble
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol
from mailroom.records.files import store
from mailroom.records.preferences import current

log = structlog.get_logger(__name__)
TROUBLES = (OSError, EOFError, connection.SignInRefused, connection.Refused, imaplib.IMAP4.error)
SETTLE = timedelta(minutes=1)  # so long a server may still be at a move whose run died: asked again, it copies twice
LOOK_SECONDS = 0.2  # how often the account is looked at while mails come in

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ReceiveResult:
    """What one run over an account came to; `seconds` is wall time, `error` is empty when all went well."""

    account: str
    found: int = 0
    stored: int = 0
    duplicate: int = 0
    quarantined: int = 0
    failed: int = 0
    seconds: float = 0.0
    error: str = ""


class AccountChanged(Exception):
    """The account was changed, switched off or deleted while it was being read: the run stops."""


class TurnOver(Exception):
    """The run was asked to stop: what is left is for the next one."""


@dataclass(slots=True)
class _Run:
    """One run over an account: what it may ask, what it has counted."""

    account: EmailAccount
    options: ReceivingOptions
    now: datetime
    stop: Callable[[], bool]
    progress: Progress
    counts: FilingResult = field(default_factory=FilingResult)
    lag_seconds: int | None = None
    looked: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has gone on."""
        return time.monotonic() - self.began

    def moment(self) -> datetime:
        """The time by now: a run may go on for hours."""
        return self.now + timedelta(seconds=self.seconds)

    def check(self) -> None:
        """Raise AccountChanged when the account is no longer what it was; looks at most five times a second."""
        if time.monotonic() - self.looked >= LOOK_SECONDS:
            self.look()

    def look(self) -> None:
        """Raise AccountChanged when the account is no longer what it was."""
        self.looked = time.monotonic()
        rows = EmailAccount.objects.filter(pk=self.account.pk, active=True)
        if rows.values_list("changed_at", flat=True).first() != self.account.changed_at:
            raise AccountChanged(_("The account was changed meanwhile. What is left is fetched by the next run."))
        if current.is_suspended():
            raise AccountChanged(_("Email processing was suspended meanwhile."))

    @property
    def found(self) -> int:
        """How many mails came."""
        return self.counts.stored + self.counts.duplicate + self.counts.quarantined


def receive_account(
    account_id: int,
    now: datetime,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = lambda _done, _of: None,
) -> ReceiveResult:
    """Fetch and file what is new. Troubles of the server are a value in the result, recorded on the account.

    `stop` is asked after each slice; `progress` is told how many of how many mails have come.
    """
    mapping.off()
    account = EmailAccount.objects.get(pk=account_id)
    options = ReceivingOptions.objects.filter(account=account).first() or ReceivingOptions(account=account)
    run = _Run(account, options, now, stop, progress)
    error = _why_not(account)
    if not error and account.incoming_mail_protocol != IncomingMailProtocol.NONE:
        error = _recorded(run)
    return ReceiveResult(
        account=account.email_account_id,
        found=run.found,
        stored=run.counts.stored,
        duplicate=run.counts.duplicate,
        quarantined=run.counts.quarantined,
        seconds=run.seconds,
        error=error,
    )


def _why_not(account: EmailAccount) -> str:
    if current.is_suspended():
        return _("Email processing is suspended.")
    return "" if account.active else _("The account is not active.")


def _recorded(run: _Run) -> str:
    """One session with its beginning and end on the account; returns the error in words, or nothing."""
    state.begun(run.account, run.now)
    trouble: Trouble | None = Trouble("stopped", "", _("The run was broken off. The next one goes on where it stood."))
    try:
        trouble = _receive(run)
    finally:
        if EmailAccount.objects.filter(pk=run.account.pk).exists():
            told = state.Run(run.seconds, run.found, run.counts.stored, run.lag_seconds)
            state.ended(run.account, run.now, told, trouble)
    return str(trouble) if trouble else ""


def _receive(run: _Run) -> Trouble | None:
    """One session; returns what went wrong, or nothing."""
    try:
        session = open_session(run.account)
    except TROUBLES as error:
        return connection.explain(error)
    try:
        wanted = folders_to_read(session, run.account, run.options)
        found = [_folder(session, run, folder) for folder in wanted]
        troubles = [trouble for trouble in found if trouble]
    except TurnOver:
        return None
    except AccountChanged as error:
        return Trouble("changed", "", str(error))
    except TROUBLES as error:
        log.warning("receiving interrupted", account=run.account.email_account_id, error=str(error))
        return connection.explain(error)
    finally:
        session.close()
    if not troubles:
        return None
    return troubles[0] if len(troubles) == len(wanted) else replace(troubles[0], kind=state.PARTLY)


def folders_to_read(session: Session, account: EmailAccount, options: ReceivingOptions) -> list[str]:
    """The folders to read; never the one that mail is moved to when it has been received."""
    target = options.move_to_folder if options.after_receiving == AfterReceiving.MOVE else None
    found = session.folders(account.root_folder, options.read_subfolders, folders.named(account))
    return [folder for folder in found if folder != target]


def open_session(account: EmailAccount) -> Session:
    """A signed-in session to the account's incoming server."""
    if account.incoming_mail_protocol == IncomingMailProtocol.POP3:
        return pop3.open_session(account)
    return imap.open_session(account)


def _folder(session: Session, run: _Run, folder: str) -> Trouble | None:
    """Read and clean one folder. What the server refuses there is its own trouble: the other folders go on."""
    trouble = None
    for act in (_read, _clean):
        try:
            act(session, run, folder)
        except connection.Refused as error:
            trouble = trouble or connection.explain(error)
            if act is _clean and run.options.after_receiving == AfterReceiving.MOVE:
                troubles.cannot_move(run.account, run.options.move_to_folder, str(error), run.now)
    if trouble:
        folders.note(run.account, folder, run.now, 0, str(trouble))
    return trouble


def _read(session: Session, run: _Run, folder: str) -> None:
    known = folders.known(run.account, folder)
    cursor = folders.cursor(run.account, folder)
    left, total = 0, None
    for part in session.new_messages(cursor, known, run.options.largest_email_bytes, run.check):
        run.look()
        left = part.left
        total = run.found + len(part.messages) + left if total is None else total
        _file(run, part)
        run.progress(run.found, max(total, run.found))
        del part  # the next slice is read without this one in memory
        if run.stop():
            folders.note(run.account, folder, run.now, left, "")
            raise TurnOver
    folders.note(run.account, folder, run.now, left, "")


def _file(run: _Run, part: Slice) -> None:
    if part.cursor.unreadable or part.cursor.began_anew:
        folders.remember(run.account, part.cursor)
    try:
        run.counts.add(filing.file_batch(run.account, part.messages, run.now, part.cursor))
    except EmailAccount.DoesNotExist as error:
        raise AccountChanged(_("The account was deleted meanwhile.")) from error
    if not part.cursor.unreadable:
        folders.remember(run.account, part.cursor)
    arrived = [message.internal_date for message in part.messages if message.internal_date]
    if arrived:
        run.lag_seconds = max(0, int((run.now - max(arrived)).total_seconds()))


def _clean(session: Session, run: _Run, folder: str) -> None:
    """Tell the server about what is stored here: also what an earlier run stored but could not tell."""
    options = run.options
    how = "delete" if options.remove_messages_from_server else options.after_receiving
    if how == AfterReceiving.LEAVE:
        return
    row = FolderCursor.objects.filter(account=run.account, folder=folder).first()
    stored = ServerMessage.objects.filter(account=run.account, folder=folder, cleaned_at=None, cut=False)
    if row is not None:
        stored = stored.filter(uidvalidity=row.uidvalidity)
    if how == AfterReceiving.MOVE:
        stored = stored.exclude(asked_at__gt=run.moment() - SETTLE)
    waiting = list(stored.order_by("pk").values_list("pk", "uid"))
    for start in range(0, len(waiting), session.clean_batch):
        batch = waiting[start : start + session.clean_batch]
        rows = ServerMessage.objects.filter(pk__in=among(pk for pk, _uid in batch))
        asked: list[Asked] = []
        if how == AfterReceiving.MOVE:  # the only word that does harm when it is said twice
            asked = _asked_before(rows)
            rows.update(asked_at=run.moment())
        try:
            session.clean(folder, [uid for _pk, uid in batch], how, options.move_to_folder, asked)
        except NotRemoved:
            raise
        except connection.Refused:  # nothing was copied now; what was asked for before is looked for again
            rows.exclude(uid__in=[one.uid for one in asked]).update(asked_at=None)
            raise
        rows.update(cleaned_at=run.now)
    if waiting:
        troubles.moved(run.account, run.now)


def _asked_before(batch: QuerySet[ServerMessage]) -> list[Asked]:
    """Those of a batch that a move was asked for, and what they are known by wherever they lie now."""
    before = list(batch.exclude(asked_at=None).values_list("uid", "raw_sha256", "email__message_id"))
    files = store.find_many([bytes(digest) for _uid, digest, _name in before])
    return [
        Asked(uid, files[bytes(digest)].size, bytes(digest), name or "")
        for uid, digest, name in before
        if bytes(digest) in files
    ]
