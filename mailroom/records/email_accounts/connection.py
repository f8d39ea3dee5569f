"""How to reach an account's servers: TLS as the account says, and what to do when it fails, in words."""

import errno
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from mailroom.records.email_accounts import oauth2, tokens
from mailroom.records.email_accounts.models import EmailAccount, SignInMethod

Client = TypeVar("Client")
CONSENT = (
    "The consent for this mailbox has ended. Open the account in System email accounts and press Give consent: "
    "nothing else changes."
)
LINE_ENDS = frozenset("\r\n\0")
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
BUSY = re.compile(
    r"\[(UNAVAILABLE|INUSE|IN-USE|SERVERBUG|LIMIT|OVERQUOTA|SYS/\w+|LOGIN-DELAY)\b"
    r"|temporar|try again|too many|timed?[- ]?out",
    re.IGNORECASE,
)  # RFC 5530, RFC 2449, RFC 3206, and what servers say that know none of them


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server as a connection needs it; `timeout` in seconds holds for every step."""

    host: str
    port: int
    encryption: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs in: a password, or an OAuth2 access token."""

    username: str
    secret: str
    is_token: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a server could not be used: a short kind, the server's or system's words, and what to do."""

    kind: str
    words: str
    advice: str

    def __str__(self) -> str:
        return f"{self.advice} ({self.words})" if self.words else self.advice


class SignInRefused(Exception):
    """The server refused the user name, password or token; carries its words."""


class ConsentNeeded(SignInRefused):
    """The consent for the mailbox (OAuth2) has ended or was never given; carries the token server's words."""


class Refused(Exception):
    """The server answered No to something else than a sign-in; carries its words."""


class Busy(Refused):
    """The server cannot take a sign-in just now, which says nothing about the password; carries its words."""


def refusal(words: str) -> Exception:
    """The exception for a refused sign-in: Busy where the server's words say that it is no fault of the password."""
    return Busy(words) if BUSY.search(words) else SignInRefused(words)


def signed_in(
    account: EmailAccount,
    dial: Callable[[], Client],
    sign_in: Callable[[Client, Credentials], None],
    hang_up: Callable[[Client], None],
    credentials: Credentials | None = None,
) -> Client:
    """A connection by `dial`, signed in (to the incoming server unless told otherwise); a failed one is hung up.

    A token that the server refuses is renewed once: providers end tokens before their time.
    """
    credentials = credentials or incoming_credentials(account)
    try:
        return _signed_in(dial, sign_in, hang_up, credentials)
    except SignInRefused:
        if not credentials.is_token:
            raise
        return _signed_in(dial, sign_in, hang_up, renewed(account, credentials))


def _signed_in(
    dial: Callable[[], Client],
    sign_in: Callable[[Client, Credentials], None],
    hang_up: Callable[[Client], None],
    credentials: Credentials,
) -> Client:
    if LINE_ENDS & set(credentials.username + credentials.secret):
        raise SignInRefused("A line break in user name or password would end the command.")
    client = dial()
    try:
        sign_in(client, credentials)
    except BaseException:  # whatever ends it, nothing stays open; it is raised again
        hang_up(client)
        raise
    return client


def renewed(account: EmailAccount, refused: Credentials) -> Credentials:
    """Credentials with another token than the one that a mail server has refused."""
    return _by_token(account, refused.secret)


def _by_token(account: EmailAccount, refused: str = "") -> Credentials:
    try:
        return Credentials(account.username, tokens.access_token(account, refused), is_token=True)
    except oauth2.ConsentLost as error:
        raise ConsentNeeded(str(error)) from error


def incoming(account: EmailAccount) -> Endpoint:
    """The incoming server."""
    return Endpoint(
        account.incoming_mail_server,
        account.incoming_server_port,
        account.incoming_server_encrypted_connection,
        float(account.timeout_seconds),
    )


def outgoing(account: EmailAccount) -> Endpoint:
    """The outgoing server."""
    return Endpoint(
        account.outgoing_mail_server,
        account.outgoing_server_port,
        account.outgoing_server_encrypted_connection,
        float(account.timeout_seconds),
    )


def incoming_credentials(account: EmailAccount) -> Credentials:
    """Who signs in to the incoming server. With OAuth2 the token is good now; raises ConsentNeeded or OSError."""
    if account.sign_in_method in {SignInMethod.OAUTH2_MICROSOFT, SignInMethod.OAUTH2_GOOGLE}:
        return _by_token(account)
    return Credentials(account.username, account.password)


def outgoing_credentials(account: EmailAccount) -> Credentials | None:
    """Who signs in to the outgoing server (SM204002, *Log in using*); None when it asks for nobody."""
    if not account.my_outgoing_server_requires_authentication or account.sign_in_method == SignInMethod.NONE:
        return None
    if account.log_in_using and account.sign_in_method == SignInMethod.PASSWORD:
        return Credentials(account.outgoing_username, account.outgoing_password)
    return incoming_credentials(account)


def tls(account: EmailAccount) -> ssl.SSLContext:
    """The account's TLS rules: the system's authorities and its own one, verified unless it says otherwise."""
    context = ssl.create_default_context()
    if account.certificate_authority.strip():
        context.load_verify_locations(cadata=account.certificate_authority)
    if not account.verify_certificates:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def xoauth2(credentials: Credentials) -> str:
    """The initial answer of the XOAUTH2 mechanism."""
    return f"user={credentials.username}\x01auth=Bearer {credentials.secret}\x01\x01"


def token_answers(credentials: Credentials) -> Callable[[bytes], bytes]:
    """What to answer to the server's challenges: the token to the first, nothing to the error that may follow."""
    answers = iter([xoauth2(credentials).encode()])
    return lambda _challenge: next(answers, b"")


def explain(error: BaseException) -> Trouble:
    """Tell apart name, connection, time-out, certificate, sign-in and other troubles, with what to do."""
    words = " ".join(_words(error).split())[:500]
    if isinstance(error, ConsentNeeded):
        return Trouble("consent", words, CONSENT)
    if isinstance(error, oauth2.ServerAway):
        return Trouble("token", words, "No access token could be had. It is tried again by itself.")
    if isinstance(error, SignInRefused):
        return Trouble("password", words, "The server refused the sign-in. Check Username and Password.")
    if isinstance(error, Busy):
        return Trouble("busy", words, "The server takes no sign-in just now. It is tried again by itself.")
    if isinstance(error, socket.gaierror):
        return Trouble("dns", words, "The server's name was not found. Check its spelling.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble("certificate", words, _certificate_advice(error))
    if isinstance(error, ssl.SSLError):
        return Trouble("tls", words, "The encrypted connection failed. Check the port and the encrypted connection.")
    if isinstance(error, TimeoutError):
        return Trouble("timeout", words, "The server did not answer in time. It is tried again by itself.")
    if isinstance(error, ConnectionRefusedError):
        return Trouble("refused", words, "Nothing listens on this port. Check the server's name and port.")
    if isinstance(error, OSError) and error.errno in FULL:
        return Trouble("disk", words, "The disk is full here: nothing is taken off the server until there is room.")
    if isinstance(error, OSError | EOFError):
        return Trouble("connection", words, "The connection was lost. It is tried again by itself.")
    return Trouble("server", words, "The server did not do what was asked.")


def _words(error: BaseException) -> str:
    found = error.args[-1] if error.args else ""
    text = found.decode("utf-8", "backslashreplace") if isinstance(found, bytes) else str(found)
    return text or type(error).__name__


def _certificate_advice(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == 10:
        return "The server's certificate has expired. Ask whoever runs the server to renew it."
    if error.verify_code in {62, 64}:
        return "The server's certificate is for another name. Enter the server's name as its certificate has it."
    return "Nobody this system trusts signed the server's certificate. Paste its signer under Certificate authority."
