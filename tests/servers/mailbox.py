"""A mailbox on the private Dovecot, as a test uses it: deliver, look, flag, expunge, change UIDVALIDITY."""

import contextlib
import itertools
import os
import smtplib
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient
from imapclient.imap_utf7 import encode as modified_utf7

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One mail as the server has it."""

    uid: int
    flags: frozenset[str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mailbox lives: how to reach the server and whose files these are."""

    host: str
    imap: int
    lmtp: int
    home: Path
    configuration: Path
    owner: tuple[int, int]


class Folder:
    """One folder of a mailbox, seen from the server's side."""

    def __init__(self, mailbox: "Mailbox", name: str) -> None:
        self.mailbox, self.name = mailbox, name

    def deliver(self, *raws: bytes, seen: bool = False) -> None:
        """Put the exact bytes into the folder, as a delivery on the server does, in this order."""
        path = self._path()
        for raw in raws:
            seconds, micros = divmod(time.time_ns() // 1000, 1_000_000)
            name = f"{seconds}.M{micros:06}P{os.getpid()}Q{next(_numbers):08}.tests"
            written = path / "tmp" / name
            written.write_bytes(raw)
            os.chown(written, *self.mailbox.place.owner)
            written.rename(path / "cur" / f"{name}:2,S" if seen else path / "new" / name)

    def messages(self) -> list[StoredMessage]:
        """All mails, oldest first."""
        with self.mailbox.connect() as imap:
            imap.select_folder(self.name, readonly=True)
            found = imap.search()
            rows = imap.fetch(found, ["FLAGS", "BODY.PEEK[]"]) if found else {}
        return [
            StoredMessage(uid, frozenset(flag.decode() for flag in row[b"FLAGS"]), row[b"BODY[]"])
            for uid, row in sorted(rows.items())
        ]

    def raws(self) -> list[bytes]:
        """The bytes of all mails, oldest first."""
        return [message.raw for message in self.messages()]

    def uids(self) -> list[int]:
        """The UIDs of all mails, smallest first."""
        with self.mailbox.connect() as imap:
            imap.select_folder(self.name, readonly=True)
            return sorted(imap.search())

    def wait_for(self, count: int, seconds: float = 10.0) -> list[StoredMessage]:
        """The mails as soon as there are `count` of them; AssertionError when they do not come."""
        deadline = time.monotonic() + seconds
        while len(found := self.messages()) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} mails in {self.name} after {seconds} s"
            time.sleep(0.05)
        return found

    def set_flags(self, uids: Iterable[int], *flags: str) -> None:
        """Add flags, as another mail program does."""
        with self.mailbox.connect() as imap:
            imap.select_folder(self.name)
            imap.add_flags(list(uids), list(flags))

    def expunge(self, uids: Iterable[int] | None = None) -> None:
        """Delete these mails (all when None), as another mail program does."""
        with self.mailbox.connect() as imap:
            imap.select_folder(self.name)
            chosen = imap.search() if uids is None else list(uids)
            if chosen:
                imap.delete_messages(chosen)
                imap.expunge(chosen)

    def move(self, uids: Iterable[int], target: str) -> None:
        """Move these mails to another folder, as another mail program does."""
        with self.mailbox.connect() as imap:
            imap.select_folder(self.name)
            imap.move(list(uids), target)

    @property
    def uidvalidity(self) -> int:
        """The folder's UIDVALIDITY (RFC 3501 §2.3.1.1)."""
        with self.mailbox.connect() as imap:
            return int(imap.folder_status(self.name, ["UIDVALIDITY"])[b"UIDVALIDITY"])

    def bump_uidvalidity(self, *, restart_uids: bool = True) -> int:
        """Change UIDVALIDITY, and let the UIDs begin at 1 again unless told otherwise; returns the new value."""
        value = self.uidvalidity + 1
        path = self._path()
        uid_list = path / "dovecot-uidlist"
        if restart_uids:
            uid_list.write_text(f"3 V{value} N1 G{os.urandom(16).hex()}\n")
            for index in path.glob("dovecot.index*"):
                index.unlink()
        else:
            subprocess.run(
                [
                    *("doveadm", "-c", self.mailbox.place.configuration, "mailbox", "update"),
                    *("--uid-validity", str(value), "-u", self.mailbox.address, self.name),
                ],
                check=True,
                capture_output=True,
            )
        assert self.uidvalidity == value
        return value

    def _path(self) -> Path:
        maildir = self.mailbox.place.home / "Maildir"
        path = maildir if self.name == "INBOX" else maildir / ("." + _on_disk(self.name))
        if not (path / "tmp").is_dir():
            with self.mailbox.connect() as imap:
                if not imap.folder_exists(self.name):
                    imap.create_folder(self.name)
                imap.select_folder(self.name)  # Dovecot makes the INBOX on disk when it is first opened
        return path


class Mailbox(Folder):
    """One person's mailbox; used as a folder it is the INBOX."""

    def __init__(self, place: Place, address: str, password: str) -> None:
        self.place, self.address, self.password = place, address, password
        super().__init__(self, "INBOX")

    @property
    def username(self) -> str:
        """What to log in with."""
        return self.address

    def folder(self, name: str) -> Folder:
        """The folder with this name ('/' between levels, any Unicode); it is made when first delivered to."""
        return Folder(self, name)

    def create_folder(self, name: str) -> Folder:
        """Make a folder now."""
        with self.connect() as imap:
            imap.create_folder(name)
        return Folder(self, name)

    def delete_folder(self, name: str) -> None:
        """Remove a folder and its mails."""
        with self.connect() as imap:
            imap.delete_folder(name)

    def folder_names(self) -> list[str]:
        """All folders, sorted."""
        with self.connect() as imap:
            return sorted(str(name) for _flags, _separator, name in imap.list_folders())

    def deliver_by_lmtp(self, *raws: bytes, sender: str = "someone@example.org") -> None:
        """Deliver as a mail server does (RFC 2033): with Return-Path, Delivered-To and Received in front."""
        with smtplib.LMTP(self.place.host, self.place.lmtp) as lmtp:
            for raw in raws:
                lmtp.sendmail(sender, [self.address], raw)

    @contextlib.contextmanager
    def connect(self) -> Iterator[IMAPClient]:
        """A logged-in IMAP connection of the test's own."""
        imap = IMAPClient(self.place.host, self.place.imap, ssl=False, timeout=20)
        try:
            imap.login(self.address, self.password)
            yield imap
        finally:
            with contextlib.suppress(Exception):
                imap.logout()


def _on_disk(name: str) -> str:
    """The folder's name in Maildir++: modified UTF-7 with dots between levels."""
    encoded = modified_utf7(name)
    text = encoded.decode("ascii") if isinstance(encoded, bytes) else str(encoded)
    return text.replace("/", ".")
