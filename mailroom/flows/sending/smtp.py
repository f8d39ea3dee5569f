"""One SMTP session (RFC 5321), pipelined where the server can (RFC 2920): the next mail's envelope travels with a body.

After the first mail a mail costs one round trip. DATA alone commits to nothing: only a body that ends does.
"""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailroom.flows.sending import wire as wires
from mailroom.flows.sending.replies import Answer, Envelope, Reply
from mailroom.flows.sending.wire import Wire
from mailroom.mime import addresses
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.models import EmailAccount

GROUP = 200  # commands on the way at once: so many replies fit into any buffer
ORDINARY = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9.-]+")
NOT_SAID = Reply(503, "The command was not given.")


@dataclass(frozen=True, slots=True)
class Letter:
    """What the envelope of a mail needs; `sender` empty is the null sender of automatic answers."""

    sender: str
    recipients: Sequence[str]
    size: int
    international: bool


class SmtpSession:
    """A signed-in session. Call `offer`, `envelope`, then `body` and `final` when the envelope is open."""

    def __init__(self, wire: Wire, offers: dict[str, str], pipelining: bool = True) -> None:
        self.wire, self.offers = wire, offers
        self.pipelining = pipelining and "PIPELINING" in offers
        self.handed = 0  # mails that it was given
        self.taken = 0
        self.previous: Answer | None = None  # to the mail before, for the next mark
        self.broken = False
        self._letter: Letter | None = None
        self._commands: list[bytes] = []
        self._sent = 0
        self._stale = False

    @property
    def largest(self) -> int:
        """The largest mail the server takes, in bytes; 0 when it does not say (RFC 1870)."""
        size = self.offers.get("SIZE", "0").split(" ")[0]
        return int(size) if size.isdecimal() and len(size) < 16 else 0

    def refusal(self, letter: Letter) -> Reply | None:
        """Why the server cannot take this mail by what it said of itself, before anything is offered."""
        if self.largest and letter.size > self.largest:
            return Reply(552, f"The mail has {letter.size} bytes; the server takes {self.largest}.")
        if letter.international and "SMTPUTF8" not in self.offers:
            return Reply(553, "The server takes no addresses beyond ASCII (SMTPUTF8).")
        return None

    def offer(self, letter: Letter) -> None:
        """Begin a mail."""
        self.wire.send(self._opening(letter))

    def _opening(self, letter: Letter) -> bytes:
        """The first commands of a mail: all of them where the server takes them in one go."""
        self._letter = letter
        self._commands = list(_commands(letter, self.offers))
        self._sent = min(len(self._commands), GROUP) if self.pipelining else 1
        reset = [b"RSET\r\n"] if self._stale else []
        return b"".join(reset + self._commands[: self._sent])

    def envelope(self) -> Envelope:
        """The replies to the mail that was offered."""
        letter = self._letter
        if letter is None:
            raise RuntimeError("No mail was offered.")
        if self._stale:
            self.wire.reply()
            self._stale = False
        commands = self._commands
        replies: list[Reply] = []
        while len(replies) < len(commands):
            while len(replies) < self._sent and not (replies and replies[-1].code == 421):
                replies.append(self.wire.reply())
            if self._over(replies, len(commands)):
                break
            upto = min(len(commands), self._sent + (GROUP if self.pipelining else 1))
            self.wire.send(b"".join(commands[self._sent : upto]))
            self._sent = upto
        return self._judged(letter, replies, len(commands))

    def _over(self, replies: list[Reply], wanted: int) -> bool:
        """Whether the commands that were not yet given are needless."""
        if replies[-1].code == 421 or not replies[0].accepted:
            return True
        return len(replies) == wanted - 1 and not any(item.accepted for item in replies[1:])

    def _judged(self, letter: Letter, replies: list[Reply], wanted: int) -> Envelope:
        found = dict(zip(letter.recipients, replies[1:], strict=False))
        data = replies[-1] if len(replies) == wanted else NOT_SAID
        envelope = Envelope(replies[0], found, data)
        self.broken = any(item.code == 421 for item in replies) or (data.code == 354 and not envelope.opened)
        self._stale = not envelope.opened
        return envelope

    def body(self, raw: bytes, following: Letter | None) -> None:
        """Send the body, and begin the mail that follows where that saves a round trip."""
        stuffed = raw.replace(b"\n.", b"\n..") if b"\n." in raw else raw
        start = b"." if stuffed.startswith(b".") else b""
        end = b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"
        opening = self._opening(following) if following is not None and self.pipelining else b""
        self.wire.send(b"".join((start, stuffed, end, opening)))

    def final(self) -> Reply:
        """The reply to the body."""
        reply = self.wire.reply()
        self.broken = reply.code == 421
        self.taken += reply.accepted
        return reply

    def close(self) -> None:
        """QUIT; a server that is gone is no error."""
        with contextlib.suppress(OSError):
            self.wire.socket.settimeout(2.0)
            self.wire.send(b"QUIT\r\n")
            if not self.broken:
                self.wire.reply()
        self.wire.close()


def _commands(letter: Letter, offers: dict[str, str]) -> Iterator[bytes]:
    options = f" SIZE={letter.size}" if "SIZE" in offers else ""
    options += " BODY=8BITMIME SMTPUTF8" if letter.international else ""
    yield f"MAIL FROM:<{letter.sender}>{options}\r\n".encode()
    for recipient in letter.recipients:
        yield f"RCPT TO:<{recipient}>\r\n".encode()
    yield b"DATA\r\n"


def wire_address(address: str) -> str:
    """An address as the envelope has it: its domain in ASCII (RFC 5891), nothing that could end a command."""
    if ORDINARY.fullmatch(address):
        return address
    plain = "".join(char for char in address if char.isprintable() and char not in "<> ")
    local, _at, domain = plain.rpartition("@")
    return f"{local}@{addresses.ascii_domain(domain) or domain}" if local else plain


def open_session(account: EmailAccount, pipelining: bool = True) -> SmtpSession:
    """Connect and sign in; raises OSError, connection.SignInRefused or connection.Refused."""
    name = own_name(account)
    credentials = connection.outgoing_credentials(account)
    if credentials is None:
        wire, offers = wires.connect(account, name)
    else:
        wire, offers = connection.signed_in(
            account,
            lambda: wires.connect(account, name),
            lambda client, found: wires.sign_in(*client, found),
            lambda client: client[0].close(),
            credentials,
        )
    return SmtpSession(wire, offers, pipelining)


def own_name(account: EmailAccount) -> str:
    """What we call ourselves in EHLO."""
    name = addresses.domain(account.email_address)
    return name if name and name.isascii() and all(char.isalnum() or char in ".-" for char in name) else "localhost"
