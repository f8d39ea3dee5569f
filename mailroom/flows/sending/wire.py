"""The SMTP connection itself: socket, TLS, greeting, EHLO, sign-in, and replies read within bounds of size and time."""

import base64
import contextlib
import hmac
import select
import socket
import ssl
import time

from mailroom.flows.sending.replies import Reply
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Credentials
from mailroom.records.email_accounts.models import EmailAccount, Encryption

LONGEST_LINE = 8192
MOST_LINES = 200
PIECE = 1 << 18
QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Nonsense(ConnectionError):
    """What the server said is no SMTP reply."""


class Wire:
    """One connection. Every read and every piece written has the account's time-out."""

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        self.socket, self.timeout = sock, timeout
        self._pending = b""

    def send(self, data: bytes) -> None:
        """Write all of it, a piece at a time, so that a slow line is not taken for a dead one."""
        if len(data) <= PIECE:
            self.socket.sendall(data)
            return
        view = memoryview(data)
        for start in range(0, len(data), PIECE):
            self.socket.sendall(view[start : start + PIECE])

    def reply(self) -> Reply:
        """The next reply; raises OSError when the server is gone, silent or does not speak SMTP."""
        deadline = time.monotonic() + self.timeout
        words: list[bytes] = []
        while len(words) < MOST_LINES:
            line = self._line(deadline)
            if not line[:3].isdigit() or line[3:4] not in {b" ", b"-", b""}:
                raise Nonsense(f"The server's words are no SMTP: {line[:60]!r}")
            words.append(line[4:])
            if line[3:4] != b"-":
                text = b" ".join(words).decode("utf-8", "backslashreplace")
                return Reply(int(line[:3]), " ".join(text.replace("\x00", "\\x00").split())[:1000])
        raise Nonsense("The server's reply has no end.")

    def lines_of(self, command: str) -> tuple[Reply, list[str]]:
        """Send a command; its reply, and the reply's lines for themselves."""
        self.send(command.encode("ascii") + b"\r\n")
        deadline = time.monotonic() + self.timeout
        lines: list[str] = []
        while len(lines) < MOST_LINES:
            line = self._line(deadline)
            lines.append(line[4:].decode("utf-8", "backslashreplace").strip())
            if line[3:4] != b"-":
                code = int(line[:3]) if line[:3].isdigit() else 0
                return Reply(code, " ".join(lines)[:1000]), lines
        raise Nonsense("The server's reply has no end.")

    def command(self, *words: str) -> Reply:
        """One command and its reply."""
        self.send(" ".join(words).encode("utf-8") + b"\r\n")
        return self.reply()

    def _line(self, deadline: float) -> bytes:
        while (end := self._pending.find(b"\n")) < 0:
            if len(self._pending) > LONGEST_LINE:
                raise Nonsense("The server's line has no end.")
            if QUICK_ACK is not None:  # QUIRK: servers that answer line by line wait for our acknowledgement
                self.socket.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionResetError("The server closed the connection.")
            self._pending += data
            if time.monotonic() > deadline:
                raise TimeoutError("The server's reply took too long.")
        line, self._pending = self._pending[:end], self._pending[end + 1 :]
        return line.rstrip(b"\r")

    @property
    def readable(self) -> bool:
        """Whether something has been read, or decrypted, and not yet been used."""
        return bool(self._pending) or (isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0)

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """TLS from here on. What came in clear text before it is refused: somebody may have put it there."""
        if self._pending:
            raise Nonsense("The server spoke before the encrypted connection stood.")
        self.socket = context.wrap_socket(self.socket, server_hostname=host)

    def close(self) -> None:
        """Close the socket."""
        with contextlib.suppress(OSError):
            self.socket.close()


def first_readable(wires: list[Wire], timeout: float) -> list[Wire]:
    """Those of `wires` that have something to read, after at most `timeout` seconds."""
    ready = [wire for wire in wires if wire.readable]
    if ready:
        return ready
    watch = select.poll()
    by_number = {wire.socket.fileno(): wire for wire in wires}
    for number in by_number:
        watch.register(number, select.POLLIN)
    return [by_number[number] for number, _event in watch.poll(timeout * 1000)]


def connect(account: EmailAccount, name: str) -> tuple[Wire, dict[str, str]]:
    """A connection after EHLO, encrypted as the account says, and what the server offers.

    Raises OSError or connection.Refused.
    """
    endpoint = connection.outgoing(account)
    sock = socket.create_connection((endpoint.host, endpoint.port), timeout=endpoint.timeout)
    wire = Wire(sock, endpoint.timeout)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if endpoint.encryption == Encryption.SSL:
            wire.encrypt(connection.tls(account), endpoint.host)
        _accepted(wire.reply())
        offers = _hello(wire, name)
        if endpoint.encryption == Encryption.STARTTLS:
            offers = _start_tls(wire, account, endpoint.host, name, offers)
    except BaseException:  # whatever ends it, nothing stays open; it is raised again
        wire.close()
        raise
    return wire, offers


def _accepted(reply: Reply) -> None:
    if not reply.accepted:
        raise connection.Refused(str(reply))


def _start_tls(wire: Wire, account: EmailAccount, host: str, name: str, offers: dict[str, str]) -> dict[str, str]:
    if "STARTTLS" not in offers:
        raise connection.Refused("The server offers no STARTTLS.")
    _accepted(wire.command("STARTTLS"))
    wire.encrypt(connection.tls(account), host)
    return _hello(wire, name)


def _hello(wire: Wire, name: str) -> dict[str, str]:
    """EHLO, else HELO: the server's offers, by their names in capitals."""
    answer, lines = wire.lines_of(f"EHLO {name}")
    if not answer.accepted:
        answer, lines = wire.lines_of(f"HELO {name}")
        _accepted(answer)
        return {}
    pairs = (line.replace("=", " ", 1).partition(" ") for line in lines[1:])
    offers: dict[str, str] = {}
    for word, _blank, rest in pairs:
        offers[word.upper()] = f"{offers.get(word.upper(), '')} {rest}".strip()
    return offers


def sign_in(wire: Wire, offers: dict[str, str], credentials: Credentials) -> None:
    """XOAUTH2 with a token, else CRAM-MD5, PLAIN or LOGIN as the server offers."""
    offered = offers.get("AUTH", "").upper().split()
    if credentials.is_token:
        answer = _answer(wire, "AUTH XOAUTH2 " + _coded(connection.xoauth2(credentials)))
    elif "PLAIN" in offered:
        answer = _answer(wire, "AUTH PLAIN " + _coded(f"\0{credentials.username}\0{credentials.secret}"))
    elif "LOGIN" in offered:
        answer = _answer(wire, "AUTH LOGIN", _coded(credentials.username), _coded(credentials.secret))
    elif "CRAM-MD5" in offered:
        answer = _cram(wire, credentials)
    else:
        raise connection.Refused("The server offers no way to sign in with a password.")
    if not answer.accepted:
        raise connection.SignInRefused(str(answer))


def _answer(wire: Wire, *steps: str) -> Reply:
    answer = Reply(334, "")
    for step in steps:
        if answer.code != 334:
            return answer
        answer = wire.command(step)
    return wire.command("") if answer.code == 334 else answer  # QUIRK: XOAUTH2 tells why only after an empty line


def _cram(wire: Wire, credentials: Credentials) -> Reply:
    challenge = wire.command("AUTH CRAM-MD5")
    if challenge.code != 334:
        return challenge
    try:
        nonce = base64.b64decode(challenge.text, validate=True)
    except ValueError:
        raise connection.Refused("The server's sign-in challenge cannot be read.") from None
    digest = hmac.new(credentials.secret.encode(), nonce, "md5").hexdigest()
    return wire.command(_coded(f"{credentials.username} {digest}"))


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
