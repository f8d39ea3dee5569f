"""A scripted POP3 server (RFC 1939) over mails in memory.

Moments: `greeting` and every command (`USER`, `PASS`, `STAT`, `UIDL`, `LIST`, `TOP`, `RETR`, `DELE`, `QUIT`).
"""

from collections.abc import Iterable, Mapping

from tests.servers.certificates import Certificate
from tests.servers.hostile.script import Gone, Step, Wire
from tests.servers.hostile.server import HostileServer


class HostilePop3(HostileServer):
    """Serves `mails` (UIDL → bytes) to anybody; what is deleted goes at QUIT."""

    def __init__(
        self,
        raws: Iterable[bytes],
        script: Mapping[str, Step] | None = None,
        *,
        certificate: Certificate | None = None,
        pipelining: bool = False,
    ) -> None:
        self.pipelining = pipelining
        self.mails = {f"uid-{number}": raw for number, raw in enumerate(raws, 1)}
        super().__init__(script, certificate)

    def talk(self, wire: Wire) -> None:
        """One session."""
        if self.happens("greeting", wire):
            wire.line(b"+OK hostile.test")
        names, deleted = list(self.mails), set[str]()
        while True:
            words = wire.read_line().decode("latin-1").split(" ")
            verb = words[0].upper()
            self.commands.append(verb)
            if not self.happens(verb, wire):
                continue
            chosen = names[int(words[1]) - 1] if len(words) > 1 and words[1].isdigit() else ""
            if verb == "DELE":
                deleted.add(chosen)
            if verb == "QUIT":
                self.mails = {name: raw for name, raw in self.mails.items() if name not in deleted}
            self._answer(wire, verb, chosen, names)

    def _answer(self, wire: Wire, verb: str, chosen: str, names: list[str]) -> None:
        if verb == "STAT":
            wire.line(f"+OK {len(names)} {sum(len(self.mails[name]) for name in names)}".encode())
        elif verb in {"UIDL", "LIST"}:
            values = {name: name if verb == "UIDL" else str(len(self.mails[name])) for name in names}
            if chosen:
                wire.line(f"+OK {names.index(chosen) + 1} {values[chosen]}".encode())
            else:
                rows = "".join(f"{place} {values[name]}\r\n" for place, name in enumerate(names, 1))
                wire.send(b"+OK\r\n" + rows.encode() + b".\r\n")
        elif verb in {"RETR", "TOP"}:
            raw = self.mails[chosen].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            raw = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
            wire.send(b"+OK\r\n" + raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        elif verb == "CAPA":
            more = b"PIPELINING\r\n" if self.pipelining else b""
            wire.send(b"+OK\r\nUSER\r\nUIDL\r\nTOP\r\n" + more + b".\r\n")
        else:
            wire.line(b"+OK")
        if verb == "QUIT":
            raise Gone
