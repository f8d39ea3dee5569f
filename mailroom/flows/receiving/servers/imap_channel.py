"""Commands of an IMAP session and their answers: No and Bad become connection.Refused, a lost server an OSError."""

import imaplib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from mailroom.flows.receiving.servers import imap_fetch, imap_names
from mailroom.flows.receiving.servers.imap_connection import ImapConnection
from mailroom.flows.receiving.servers.imap_fetch import Item
from mailroom.records.email_accounts import connection

Answer = TypeVar("Answer")


class Channel:
    """One signed-in connection."""

    def __init__(self, client: ImapConnection) -> None:
        self.client = client
        self._offered: frozenset[str] | None = None

    def offers(self, capability: str) -> bool:
        """Whether the server says that it can do this: most tell MOVE and UIDPLUS only to whoever is signed in."""
        if self._offered is None:
            lines = [line for line in self.command("CAPABILITY") if isinstance(line, bytes)]
            self._offered = frozenset(b" ".join(lines).decode("ascii", "replace").upper().split())
        return capability in self._offered

    def command(self, name: str, *arguments: str) -> list[Any]:
        """Run one command and return its untagged data."""
        wanted = {"UID": arguments[0] if arguments else ""}.get(name, name)

        def run() -> list[Any]:
            kind, data = self.client._simple_command(name, *arguments)
            self._guard(kind, data)
            return list(self.client._untagged_response(kind, data, wanted)[1])

        return _told_apart(run)

    def search(self, *criteria: str) -> list[int]:
        """The UIDs that UID SEARCH finds, smallest first."""
        lines = self.command("UID", "SEARCH", *criteria)
        return sorted({int(uid) for line in lines if isinstance(line, bytes) for uid in line.split() if uid.isdigit()})

    def open(self, folder: str, writing: bool) -> tuple[int, int]:
        """Select a folder; its UIDVALIDITY and UIDNEXT, 0 where the server gives none or nonsense."""
        self.count(folder, writing)
        return self._number("UIDVALIDITY"), self._number("UIDNEXT")

    def count(self, folder: str, writing: bool = False) -> int:
        """Select a folder; how many messages it holds."""

        def run() -> int:
            kind, data = self.client.select(imap_names.quoted(folder), readonly=not writing)
            self._guard(kind, data)
            count = data[-1] if data else None
            return int(count) if isinstance(count, bytes) and count.isdigit() else 0

        return _told_apart(run)

    def ask_fetch(self, uids: str, what: str) -> bytes:
        """Send a UID FETCH and return its tag; `answers` reads what comes."""

        def run() -> bytes:
            tag: bytes = self.client._command("UID", "FETCH", uids, what)
            self.client.tagged_commands.pop(tag, None)  # the library would wait for it
            return tag

        return _told_apart(run)

    def answers(self, tag: bytes, largest: int) -> Iterator[Item]:
        """The answers to a UID FETCH, as they come; a body larger than `largest` is cut to its head."""
        return imap_fetch.items(self.client.file, tag, largest)

    def fetch(self, uids: str, what: str, largest: int = 0) -> Iterator[Item]:
        """Ask and read."""
        return self.answers(self.ask_fetch(uids, what), largest)

    def append(self, folder: str, raw: bytes) -> None:
        """Put a message into a folder, read (RFC 3501 §6.3.11)."""
        _told_apart(lambda: self._guard(*self.client.append(imap_names.quoted(folder), "(\\Seen)", "", raw)))

    def _number(self, name: str) -> int:
        _name, values = self.client.response(name)
        last = values[-1] if values else None
        return int(last) if isinstance(last, bytes) and last.isdigit() and int(last) < 2**63 else 0

    def _guard(self, kind: str, data: Any) -> None:
        if kind != "OK":
            last = data[-1] if data else b""
            raise connection.Refused(last.decode("utf-8", "backslashreplace") if isinstance(last, bytes) else str(last))


def _told_apart(run: Callable[[], Answer]) -> Answer:
    try:
        return run()
    except imaplib.IMAP4.abort as error:
        raise ConnectionResetError(str(error)) from error
    except imaplib.IMAP4.error as error:
        raise connection.Refused(str(error)) from error
