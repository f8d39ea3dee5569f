"""A scripted SMTP server (RFC 5321).

Moments: `greeting`, `EHLO`, `AUTH`, `MAIL`, `RCPT` and `RCPT address`, `DATA` (before 354), `body` (the mail is
read, not yet taken), `accepted` (the mail is taken, the reply is not yet given), `RSET`, `QUIT`.
"""

from collections.abc import Mapping

from tests.servers.certificates import Certificate
from tests.servers.hostile.script import Gone, Step, Wire
from tests.servers.hostile.server import HostileServer

OFFERS = (b"SIZE 52428800", b"8BITMIME", b"PIPELINING", b"AUTH PLAIN LOGIN", b"SMTPUTF8")


class HostileSmtp(HostileServer):
    """Takes mail until the script says otherwise; `taken` holds (recipients, bytes) of each mail taken."""

    def __init__(
        self,
        script: Mapping[str, Step] | None = None,
        *,
        offers: tuple[bytes, ...] = OFFERS,
        certificate: Certificate | None = None,
    ) -> None:
        self.offers = offers
        self.taken: list[tuple[tuple[str, ...], bytes]] = []
        super().__init__(script, certificate)

    def talk(self, wire: Wire) -> None:
        """One session."""
        if self.happens("greeting", wire):
            wire.line(b"220 hostile.test ESMTP")
        recipients: list[str] = []
        while True:
            line = wire.read_line()
            verb = line.split(b" ")[0].upper().decode("latin-1")
            self.commands.append(verb)
            if verb == "DATA":
                self._data(wire, recipients)
                recipients = []
            elif verb == "RCPT":
                self._recipient(wire, line, recipients)
            elif self.happens("EHLO" if verb == "HELO" else verb, wire):
                if verb in {"RSET", "MAIL"}:
                    recipients = []
                self._answer(wire, verb)

    def _answer(self, wire: Wire, verb: str) -> None:
        if verb == "EHLO":
            lines = [b"hostile.test", *self.offers]
            wire.send(b"".join(b"250-" + line + b"\r\n" for line in lines[:-1]) + b"250 " + lines[-1] + b"\r\n")
        elif verb == "AUTH":
            wire.line(b"235 2.7.0 Welcome")
        elif verb == "QUIT":
            wire.line(b"221 2.0.0 Bye")
            raise Gone
        else:
            wire.line(b"250 2.0.0 Ok")

    def _recipient(self, wire: Wire, line: bytes, recipients: list[str]) -> None:
        address = line.partition(b"<")[2].partition(b">")[0].decode("utf-8", "replace")
        if self.happens("RCPT", wire) and self.happens(f"RCPT {address}", wire):
            recipients.append(address)
            wire.line(b"250 2.1.5 Ok")

    def _data(self, wire: Wire, recipients: list[str]) -> None:
        if not recipients:
            wire.line(b"503 5.5.1 No valid recipients")
            return
        if not self.happens("DATA", wire):
            return
        wire.line(b"354 Go on")
        lines = []
        while (line := wire.read_line()) != b".":
            lines.append(line.removeprefix(b".") + b"\r\n")
        if not self.happens("body", wire):
            return
        self.taken.append((tuple(recipients), b"".join(lines)))
        if self.happens("accepted", wire):
            wire.line(b"250 2.0.0 Taken")
