"""POP3 answers off the wire (RFC 1939 §3): many commands sent ahead where the server allows it, each mail whole."""

import base64
import contextlib
import io
import poplib
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailroom.flows.receiving.servers import paced
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Credentials

WINDOW = 32  # commands in flight
PIECE = 256 * 1024
MARGIN = 1024 * 1024  # bytes that an answer may be larger than twice its announced size
LONGEST_LINE = 8192
END = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Refusal:
    """-ERR, with the server's words."""

    words: str


class Lines:
    """Reads answers from a session's socket, which must have nothing unread; it leaves nothing unread either."""

    def __init__(self, sock: socket.socket, piped: bool) -> None:
        self.socket = sock
        self.window = WINDOW if piped else 1
        self.raw = paced.PacedSocket(sock)
        self.buffer = bytearray()
        self.piece = memoryview(bytearray(PIECE))

    def ask(self, commands: Sequence[str], limits: Sequence[int]) -> Iterator[bytes | Refusal]:
        """The answer of each command that has one of many lines, unstuffed; `limits` are the most bytes of each."""
        sent = 0
        for place, limit in enumerate(limits):
            if sent - place <= self.window // 2:
                ahead = commands[sent : place + self.window]
                self._send(ahead)
                sent += len(ahead)
            yield self._many_lines(limit)

    def tell(self, commands: Sequence[str]) -> str:
        """Send commands with answers of one line; the first refusal's words, or nothing when all were accepted."""
        words = ""
        for start in range(0, len(commands), self.window):
            ahead = commands[start : start + self.window]
            self._send(ahead)
            for _command in ahead:
                line = self._line()
                words = words or ("" if line.startswith(b"+OK") else _readable(line))
        return words

    def _send(self, commands: Sequence[str]) -> None:
        if commands:
            self.raw.begin()
            self.socket.sendall("".join(f"{command}\r\n" for command in commands).encode())

    def _many_lines(self, limit: int) -> bytes | Refusal:
        line = self._line()
        if not line.startswith(b"+OK"):
            return Refusal(_readable(line))
        self.raw.begin()
        if self._starts_with_the_end():
            return b""
        taken = io.BytesIO()  # its bytes are given out without a copy, so a large mail is held once
        while (end := self.buffer.find(END)) < 0:
            certain = max(0, len(self.buffer) - len(END) + 1)
            taken.write(self.buffer[:certain])
            del self.buffer[:certain]
            if taken.tell() > limit:
                raise ConnectionResetError("The server sends far more than the size it has told")
            self._more()
        taken.write(self.buffer[: end + 2])
        del self.buffer[: end + len(END)]
        body = taken.getvalue()
        del taken
        if body.startswith(b".."):
            body = body[1:]
        return body.replace(b"\r\n..", b"\r\n.") if b"\r\n.." in body else body

    def _starts_with_the_end(self) -> bool:
        """Whether the answer has no lines at all."""
        while len(self.buffer) < 3:
            self._more()
        if self.buffer[:3] != b".\r\n":
            return False
        del self.buffer[:3]
        return True

    def _line(self) -> bytes:
        while (end := self.buffer.find(b"\n")) < 0:
            if len(self.buffer) > LONGEST_LINE:
                raise ConnectionResetError("The server sent a line without an end")
            self._more()
        line = bytes(self.buffer[: end + 1])
        del self.buffer[: end + 1]
        return line

    def _more(self) -> None:
        count = self.raw.readinto(self.piece)
        if not count:
            raise ConnectionResetError("The server hung up")
        self.buffer += self.piece[:count]


def _readable(line: bytes) -> str:
    return line.strip().removeprefix(b"-ERR").strip().decode("utf-8", "backslashreplace")


def authenticate(client: poplib.POP3, credentials: Credentials) -> None:
    """AUTH XOAUTH2 with the token as initial answer (RFC 5034); raises poplib.error_proto."""
    token = base64.b64encode(connection.xoauth2(credentials).encode()).decode()
    answer = client._shortcmd(f"AUTH XOAUTH2 {token}")  # type: ignore[attr-defined]  # poplib has no method for AUTH
    if answer.startswith(b"+ "):  # the server explains its refusal, and wants an empty line before it says no
        words = answer[2:].decode("ascii", "replace")
        with contextlib.suppress(ValueError):
            words = base64.b64decode(answer[2:]).decode("utf-8", "replace")
        client._shortcmd("")  # type: ignore[attr-defined]
        raise poplib.error_proto(words)
