"""Receives one account: a session, slices of new messages, filing, and only then the server is told."""

import imaplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.utils.translation import gettext as _

from mailroom.flows.receiving import filing
from mailroom.flows.receiving.filing import FilingResult
from mailroom.flows.receiving.models import AfterReceiving, FolderCursor, ReceivingOptions, ServerMessage
from mailroom.flows.receiving.servers import imap, pop3
from mailroom.flows.receiving.servers.contract import Cursor, Session
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol
from mailroom.records.preferences import current

log = structlog.get_logger(__name__)
TROUBLES = (OSError, EOFError, connection.SignInRefused, connection.Refused, imaplib.IMAP4.error)


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


def receive_account(account_id: int, now: datetime, stop: Callable[[], bool] = lambda: False) -> ReceiveResult:
    """Fetch and file what is new. Troubles of the server are a value in the result, recorded on the account."""
    started = time.monotonic()
    account = EmailAccount.objects.get(pk=account_id)
    counts = FilingResult()
    error = _why_not(account)
    if not error and account.incoming_mail_protocol != IncomingMailProtocol.NONE:
        error = _receive(account, counts, now, stop)
        ReceivingOptions.objects.update_or_create(
            account=account,
            defaults={"last_error": error, "last_try_at": now} | ({} if error else {"last_receive_at": now}),
        )
    return ReceiveResult(
        account=account.email_account_id,
        found=counts.stored + counts.duplicate + counts.quarantined,
        stored=counts.stored,
        duplicate=counts.duplicate,
        quarantined=counts.quarantined,
        seconds=time.monotonic() - started,
        error=error,
    )


def _why_not(account: EmailAccount) -> str:
    if current.is_suspended():
        return _("Email processing is suspended.")
    return "" if account.active else _("The account is not active.")


def _receive(account: EmailAccount, counts: FilingResult, now: datetime, stop: Callable[[], bool]) -> str:
    """One session; returns the error in words, or nothing."""
    try:
        session = open_session(account)
    except TROUBLES as error:
        return str(connection.explain(error))
    try:
        for folder in session.folders(account.root_folder):
            _read_folder(session, account, folder, counts, now, stop)
            _clean(session, account, folder, now)
    except AccountChanged as error:
        return str(error)
    except TROUBLES as error:
        log.warning("receiving interrupted", account=account.email_account_id, error=str(error))
        return str(connection.explain(error))
    finally:
        session.close()
    return ""


def open_session(account: EmailAccount) -> Session:
    """A signed-in session to the account's incoming server."""
    if account.incoming_mail_protocol == IncomingMailProtocol.POP3:
        return pop3.open_session(account)
    return imap.open_session(account)


def _read_folder(
    session: Session,
    account: EmailAccount,
    folder: str,
    counts: FilingResult,
    now: datetime,
    stop: Callable[[], bool],
) -> None:
    row = FolderCursor.objects.filter(account=account, folder=folder).first()
    cursor = Cursor(folder, row.uidvalidity, row.highest_uid) if row else Cursor(folder)
    known = frozenset(
        ServerMessage.objects.filter(account=account, folder=folder).values_list("uid", flat=True)
        if account.incoming_mail_protocol == IncomingMailProtocol.POP3
        else ()
    )
    largest = _options(account).largest_email_bytes
    for here, messages in session.new_messages(cursor, known, largest):
        _still_the_same(account)
        if messages or here != cursor:
            counts.add(filing.file_batch(account, messages, now, here))
        cursor = here
        if stop():
            return


def _still_the_same(account: EmailAccount) -> None:
    changed_at = EmailAccount.objects.filter(pk=account.pk, active=True).values_list("changed_at", flat=True).first()
    if changed_at != account.changed_at:
        raise AccountChanged(_("The account was changed meanwhile. What is left is fetched by the next run."))
    if current.is_suspended():
        raise AccountChanged(_("Email processing was suspended meanwhile."))


def _options(account: EmailAccount) -> ReceivingOptions:
    return ReceivingOptions.objects.filter(account=account).first() or ReceivingOptions(account=account)


def _clean(session: Session, account: EmailAccount, folder: str, now: datetime) -> None:
    """Tell the server about what is stored here: also what an earlier run stored but could not tell."""
    options = _options(account)
    how = "delete" if options.remove_messages_from_server else options.after_receiving
    if how == AfterReceiving.LEAVE:
        return
    row = FolderCursor.objects.filter(account=account, folder=folder).first()
    stored = ServerMessage.objects.filter(account=account, folder=folder, cleaned_at=None)
    if row is not None:
        stored = stored.filter(uidvalidity=row.uidvalidity)
    waiting = list(stored.order_by("pk").values_list("pk", "uid"))
    for start in range(0, len(waiting), 500):
        batch = waiting[start : start + 500]
        session.clean(folder, [uid for _pk, uid in batch], how, options.move_to_folder)
        ServerMessage.objects.filter(pk__in=[pk for pk, _uid in batch]).update(cleaned_at=now)
