"""The SMTP side of the world of mail: takes mail for residents, and treats each as a real server would (RFC 5321)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mailroom.demo.mail_world.residents import Manner, Resident, Town

HOSTNAME = "mx.demo.example.net"
LARGEST = 30_000_000
NOT_HERE = (
    "550 5.1.1 <{address}>: nobody of that address lives in the demo world; nothing leaves this machine"  # RFC 3463
)


@dataclass  # without slots: the library walks over all members, and with slots Python 3.11.2 fails at one of them
class Handler:
    """Decides on senders and recipients, and puts mail into mailboxes.

    `delivered` is told of each mail for a resident who is not quiet, with the envelope's sender.
    """

    town: Town
    delivered: Callable[[Resident, str, bytes], None]
    lenient: bool = False  # no greylisting while the past is being told
    _tried: set[tuple[str, str]] = field(default_factory=set)

    def signed_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        """Whether login and password are those of a resident."""
        resident = None
        if isinstance(data, LoginPassword):
            resident = self.town.sign_in(
                data.login.decode("utf-8", "replace"), data.password.decode("utf-8", "replace")
            )
        message = None if resident else "535 5.7.8 Authentication failed: wrong user name or password"
        return AuthResult(success=resident is not None, handled=False, message=message)

    async def handle_MAIL(  # noqa: N802 - the name is the library's
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse an address of the company from a client that has not signed in."""
        sender = self.town.find(address)
        if sender is not None and sender.company and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a resident's address as that resident's server would."""
        resident = self.town.find(address)
        if resident is None:
            return NOT_HERE.format(address=address)
        if resident.manner is Manner.REFUSED:
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        pair = ((envelope.mail_from or "").lower(), address.lower())
        if resident.manner is Manner.GREYLISTED and not self.lenient and pair not in self._tried:
            self._tried.add(pair)
            return f"451 4.7.1 <{address}>: Greylisted, please try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Deliver to every mailbox, with a trace line on top (RFC 5321 §4.4)."""
        now = datetime.now(UTC)
        sender = (envelope.mail_from or "").replace("<>", "")  # the library writes the null sender so
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        for address in dict.fromkeys(envelope.rcpt_tos):
            resident = self.town.find(address)
            if resident is None:
                continue
            raw = _trace(sender, address, session.host_name or "unknown", now) + content
            if resident.manner is not Manner.BOUNCES:
                self.town.mailbox(resident).inbox.append(raw, now)
            if resident.manner is not Manner.QUIET:
                self.delivered(resident, sender, content)
        return "250 2.0.0 OK: queued"


def _trace(sender: str, address: str, client: str, now: datetime) -> bytes:
    client = "".join(letter for letter in client if letter.isalnum() or letter in ".-[]:")
    return (
        f"Return-Path: <{sender}>\r\n"
        f"Received: from {client} (localhost [127.0.0.1])\r\n\tby {HOSTNAME} with ESMTP\r\n"
        f"\tfor <{address}>; {format_datetime(now)}\r\n"
    ).encode()


def protocol(handler: Handler) -> SMTP:
    """The protocol of one connection: PIPELINING, 8BITMIME, SMTPUTF8 and AUTH without TLS, as it is loopback."""
    return SMTP(
        handler,
        hostname=HOSTNAME,
        ident="Mailroom demo world",
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        auth_require_tls=False,
        authenticator=handler.signed_in,
    )
