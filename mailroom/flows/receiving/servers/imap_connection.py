"""The connection under an IMAP session: TLS as the account says, paced reading, bounded answers, sign-in."""

import contextlib
import imaplib
import io
import ssl
from typing import Literal

from mailroom.flows.receiving.servers import paced
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Credentials, Endpoint
from mailroom.records.email_accounts.models import EmailAccount, Encryption

imaplib._MAXLINE = 10_000_000  # type: ignore[attr-defined]  # QUIRK: servers answer SEARCH ALL of a large folder in one line
LARGEST_ANSWER = 10_000_000  # bytes of a literal outside FETCH


class ImapConnection(imaplib.IMAP4):
    """imaplib's connection with a paced reader under it."""

    raw: paced.PacedSocket
    file: io.BufferedReader

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect and greet."""
        super().open(host, port, timeout)
        self._read_paced()

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Literal["OK"], list[None]]:
        """Encrypt; what came before in the clear is forgotten, the list of capabilities too (RFC 3501 §6.2.1)."""
        answer = super().starttls(ssl_context)
        self.untagged_responses.clear()
        self._read_paced()
        return answer

    def read(self, size: int) -> bytes:
        """A literal of an answer that is small by nature."""
        if size > LARGEST_ANSWER:
            raise self.abort(f"The server announces an answer of {size} bytes")
        return self.file.read(size)

    def send(self, data: bytes) -> None:  # type: ignore[override]  # the library's stub speaks of any buffer
        """Each command has its own time."""
        self.raw.begin()
        super().send(data)

    def _read_paced(self) -> None:
        self.file.close()
        self.raw, self.file = paced.reader(self.sock)


class EncryptedImapConnection(ImapConnection):
    """TLS from the first byte."""

    def __init__(self, endpoint: Endpoint, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__(endpoint.host, endpoint.port, endpoint.timeout)

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        plain = super()._create_socket(timeout)  # type: ignore[misc]  # missing from the library's stub
        try:
            return self.context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:  # whatever ends it, nothing stays open; it is raised again
            plain.close()
            raise


def connect(endpoint: Endpoint, account: EmailAccount) -> ImapConnection:
    """A connection, encrypted as the account says; raises OSError or connection.Refused."""
    try:
        if endpoint.encryption == Encryption.SSL:
            return EncryptedImapConnection(endpoint, connection.tls(account))
        client = ImapConnection(endpoint.host, endpoint.port, endpoint.timeout)
        if endpoint.encryption == Encryption.STARTTLS:
            _encrypt(client, account)
    except imaplib.IMAP4.abort as error:
        raise ConnectionResetError(str(error)) from error
    except imaplib.IMAP4.error as error:
        raise connection.Refused(str(error)) from error
    return client


def _encrypt(client: ImapConnection, account: EmailAccount) -> None:
    try:
        client.starttls(connection.tls(account))
    except BaseException:  # whatever ends it, nothing stays open; it is raised again
        hang_up(client)
        raise


def hang_up(client: imaplib.IMAP4) -> None:
    """Close the socket, whatever state it is in."""
    with contextlib.suppress(OSError, imaplib.IMAP4.error, ValueError):
        client.shutdown()


def sign_in(client: imaplib.IMAP4, credentials: Credentials) -> None:
    """LOGIN, or AUTHENTICATE XOAUTH2 with a token; raises connection.SignInRefused, Busy or OSError."""
    try:
        if credentials.is_token:
            client.authenticate("XOAUTH2", connection.token_answers(credentials))
        elif "LOGINDISABLED" in client.capabilities or not credentials.username.isascii():
            client.authenticate("PLAIN", lambda _c: f"\0{credentials.username}\0{credentials.secret}".encode())
        else:
            client._encoding = "utf-8"  # type: ignore[attr-defined]  # passwords may hold any character
            client.login(credentials.username, credentials.secret)
    except imaplib.IMAP4.abort as error:
        raise ConnectionResetError(str(error)) from error
    except imaplib.IMAP4.error as error:
        raise connection.refusal(str(error).removeprefix("b'").removesuffix("'")) from error
