"""The copy of sent mail in the server's own Sent folder: retried for itself, and never put there twice."""

import contextlib
import imaplib
from datetime import datetime

import imapclient
import structlog
from django.db.models import F
from imapclient.exceptions import IMAPClientError

from mailroom.flows.sending import retry
from mailroom.flows.sending.models import SendingOptions, SentCopy
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Credentials
from mailroom.records.email_accounts.models import EmailAccount, Encryption, IncomingMailProtocol
from mailroom.records.files import store

log = structlog.get_logger(__name__)
BATCH = 50
TROUBLES = (OSError, IMAPClientError, imaplib.IMAP4.error, connection.SignInRefused, connection.Refused)


def due_accounts(now: datetime) -> list[int]:
    """Accounts with copies to make now."""
    rows = SentCopy.objects.filter(next_attempt_at__lte=now, account__active=True).order_by()
    return sorted(set(rows.values_list("account_id", flat=True).distinct()))


def troubles(account_id: int) -> tuple[int, str]:
    """How many copies of an account could not be made yet, and what the server said last; for SM204002."""
    rows = SentCopy.objects.filter(account=account_id).exclude(error="").order_by("-next_attempt_at", "-pk")
    last = rows.values_list("error", flat=True).first()
    return (rows.count(), last) if last else (0, "")


def copy(account_id: int, now: datetime) -> int:
    """Make the copies that are due; how many are in the folder now. The mails themselves stay sent, whatever happens.

    Before a copy is put there the folder is searched for its Message-ID: a copy whose answer was lost, or one that
    the provider made by itself, is not doubled.
    """
    account = EmailAccount.objects.get(pk=account_id)
    options = SendingOptions.objects.get(account=account)
    rows = SentCopy.objects.filter(account=account, next_attempt_at__lte=now).select_related("email")
    waiting = list(rows.order_by("next_attempt_at", "pk")[:BATCH])
    if not options.copy_to_sent_folder or account.incoming_mail_protocol != IncomingMailProtocol.IMAP:
        SentCopy.objects.filter(account=account).delete()
        return 0
    # The next try is noted before this one begins: a worker that dies here leaves copies that are tried again.
    taken = [item.pk for item in waiting]
    longest = max((item.attempts for item in waiting), default=0)
    pause = retry.spread(retry.pause_after(longest + 1), 0.5)
    SentCopy.objects.filter(pk__in=taken).update(attempts=F("attempts") + 1, next_attempt_at=now + pause)
    done = 0
    try:
        with contextlib.closing(_Folder(account, options.sent_folder or "Sent")) as folder:
            for item in waiting:
                folder.put(item)
                item.delete()
                done += 1
    except TROUBLES as error:
        trouble = str(connection.explain(error))
        SentCopy.objects.filter(pk__in=taken).update(error=trouble)
        log.warning("sent mail not copied to the server", account=account.email_account_id, error=trouble)
    return done


class _Folder:
    """The Sent folder over a connection of its own; it is made when the server has none."""

    def __init__(self, account: EmailAccount, name: str) -> None:
        self.client = connection.signed_in(account, lambda: _dial(account), _sign_in, _hang_up)
        try:
            if not self.client.folder_exists(name):
                self.client.create_folder(name)
            self.client.select_folder(name)
        except BaseException:  # whatever ends it, nothing stays open; it is raised again
            _hang_up(self.client)
            raise
        self.name = name

    def put(self, item: SentCopy) -> None:
        """One copy, unless it is there; one whose bytes are gone has nothing to copy."""
        if item.email.message_id and self.client.search(["HEADER", "Message-ID", f"<{item.email.message_id}>"]):
            return
        try:
            raw = store.read(bytes(item.email.raw_sha256 or b""))
        except store.FileMissing:
            return
        self.client.append(self.name, raw, flags=(imapclient.SEEN,), msg_time=item.email.date)

    def close(self) -> None:
        """Log out."""
        with contextlib.suppress(*TROUBLES):
            self.client.logout()
        _hang_up(self.client)


def _dial(account: EmailAccount) -> imapclient.IMAPClient:
    endpoint = connection.incoming(account)
    context = connection.tls(account)
    client = imapclient.IMAPClient(
        endpoint.host,
        endpoint.port,
        ssl=endpoint.encryption == Encryption.SSL,
        ssl_context=context if endpoint.encryption == Encryption.SSL else None,
        timeout=endpoint.timeout,
    )
    if endpoint.encryption == Encryption.STARTTLS:
        client.starttls(context)
    return client


def _sign_in(client: imapclient.IMAPClient, credentials: Credentials) -> None:
    try:
        if credentials.is_token:
            client.oauth2_login(credentials.username, credentials.secret)
        else:
            client.login(credentials.username, credentials.secret)
    except imapclient.exceptions.LoginError as error:
        raise connection.SignInRefused(str(error)) from error


def _hang_up(client: imapclient.IMAPClient) -> None:
    with contextlib.suppress(OSError, IMAPClientError, imaplib.IMAP4.error):
        client.shutdown()
