"""One SMTP session (RFC 5321): capability-aware, with each recipient's reply; troubles told apart by their moment."""

import contextlib
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mailroom.mime import build
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Credentials
from mailroom.records.email_accounts.models import EmailAccount, Encryption


class SessionLost(Exception):
    """The connection ended; `after_data` says whether the mail in turn may have been taken."""

    def __init__(self, words: str, after_data: bool) -> None:
        super().__init__(words)
        self.after_data = after_data


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply."""

    code: int
    text: str

    @property
    def accepted(self) -> bool:
        """2xx."""
        return 200 <= self.code < 300

    @property
    def permanent(self) -> bool:
        """5xx."""
        return self.code >= 500

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


@dataclass(frozen=True, slots=True)
class Transaction:
    """What became of one mail: the reply to the whole of it, and to each recipient."""

    message: Reply
    recipients: dict[str, Reply] = field(default_factory=dict)

    @property
    def limits_the_account(self) -> bool:
        """A 4xx before any recipient was named speaks of the account (421, 450, 452, 454), not of this mail."""
        return not self.recipients and 400 <= self.message.code < 500


class SmtpSession:
    """A signed-in session."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self.client = client

    @property
    def largest(self) -> int:
        """The largest mail the server takes, in bytes; 0 when it does not say (RFC 1870)."""
        size = self.client.esmtp_features.get("size", "0")
        return int(size) if size.isdigit() else 0

    def send(self, sender: str, recipients: Sequence[str], raw: bytes, before_data: Callable[[], None]) -> Transaction:
        """Offer one mail. `before_data` is called, and has to be durable, before the server can take it."""
        try:
            return self._send(sender, recipients, raw, before_data)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise SessionLost(str(error), after_data=False) from error

    def _send(self, sender: str, recipients: Sequence[str], raw: bytes, before_data: Callable[[], None]) -> Transaction:
        international = not all(item.isascii() for item in (sender, *recipients))
        options = [f"size={len(raw)}"] if self.client.has_extn("size") else []
        if international:
            if not self.client.has_extn("smtputf8"):
                return Transaction(Reply(553, "The server takes no addresses beyond ASCII (SMTPUTF8)."))
            options += ["SMTPUTF8"]
        self.client.command_encoding = "utf-8" if international else "ascii"
        answer = _reply(self.client.mail(sender, options))
        if not answer.accepted:
            return self._give_up(Transaction(answer))
        replies: dict[str, Reply] = {}
        for recipient in recipients:
            replies[recipient] = _reply(self.client.rcpt(recipient))
            if replies[recipient].code == 421:
                return self._give_up(Transaction(replies[recipient], replies))
        if not any(item.accepted for item in replies.values()):
            worst = next((item for item in replies.values() if not item.permanent), next(iter(replies.values())))
            return self._give_up(Transaction(worst, replies))
        before_data()
        try:
            return Transaction(_reply(self.client.data(raw)), replies)
        except smtplib.SMTPDataError as error:  # the server refused DATA itself: nothing was sent
            return self._give_up(Transaction(_reply((error.smtp_code, error.smtp_error)), replies))
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise SessionLost(str(error), after_data=True) from error

    def _give_up(self, done: Transaction) -> Transaction:
        with contextlib.suppress(smtplib.SMTPServerDisconnected, OSError):
            self.client.rset()
        return done

    def close(self) -> None:
        """QUIT; a server that is gone is no error."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self.client.quit()
        self.client.close()  # a QUIT that failed leaves the socket open


def _reply(answer: tuple[int, bytes | str]) -> Reply:
    code, text = answer
    words = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else str(text)
    return Reply(code, " ".join(words.split())[:1000])


def open_session(account: EmailAccount) -> SmtpSession:
    """Connect and sign in; raises OSError, connection.SignInRefused or connection.Refused."""
    credentials = connection.outgoing_credentials(account)
    if credentials is None:
        return SmtpSession(connect(account))
    return SmtpSession(
        connection.signed_in(account, lambda: connect(account), sign_in, smtplib.SMTP.close, credentials)
    )


def connect(account: EmailAccount) -> smtplib.SMTP:
    """A connection after EHLO, encrypted as the account says."""
    endpoint = connection.outgoing(account)
    name = build.envelope_address(account.email_address).rpartition("@")[2] or "localhost"
    try:
        if endpoint.encryption == Encryption.SSL:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                endpoint.host, endpoint.port, name, timeout=endpoint.timeout, context=connection.tls(account)
            )
        else:
            client = smtplib.SMTP(endpoint.host, endpoint.port, name, timeout=endpoint.timeout)
        client.ehlo_or_helo_if_needed()
        if endpoint.encryption == Encryption.STARTTLS:
            _encrypt(client, account)
    except smtplib.SMTPServerDisconnected as error:
        raise ConnectionResetError(str(error)) from error
    except smtplib.SMTPResponseException as error:
        raise connection.Refused(str(_reply((error.smtp_code, error.smtp_error)))) from error
    except smtplib.SMTPException as error:
        raise connection.Refused(str(error)) from error
    return client


def _encrypt(client: smtplib.SMTP, account: EmailAccount) -> None:
    try:
        client.starttls(context=connection.tls(account))
        client.ehlo_or_helo_if_needed()
    except BaseException:
        client.close()
        raise


def sign_in(client: smtplib.SMTP, credentials: Credentials) -> None:
    """PLAIN, LOGIN or CRAM-MD5 as the server offers, or XOAUTH2 with a token."""
    try:
        if credentials.is_token:
            client.auth("XOAUTH2", lambda _challenge=None: connection.xoauth2(credentials))
        else:
            client.login(credentials.username, credentials.secret)
    except smtplib.SMTPAuthenticationError as error:
        raise connection.SignInRefused(str(_reply((error.smtp_code, error.smtp_error)))) from error
    except smtplib.SMTPServerDisconnected as error:
        raise ConnectionResetError(str(error)) from error
    except (smtplib.SMTPException, UnicodeEncodeError) as error:
        raise connection.Refused(str(error)) from error
