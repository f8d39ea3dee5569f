"""An IMAP session (RFC 3501), as receiving sees it."""

import contextlib
import imaplib
from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import gettext as _

from mailroom.flows.receiving.servers import imap_copies, imap_names, imap_reading
from mailroom.flows.receiving.servers.contract import Asked, Cursor, Fetched, Held, NotRemoved, Slice, nothing
from mailroom.flows.receiving.servers.imap_channel import Channel
from mailroom.flows.receiving.servers.imap_connection import ImapConnection, connect, hang_up, sign_in
from mailroom.flows.receiving.servers.imap_reading import FolderReading
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.models import EmailAccount


def open_session(account: EmailAccount) -> "ImapSession":
    """Connect and sign in; raises OSError, connection.SignInRefused or connection.Refused."""
    return ImapSession(connection.signed_in(account, lambda: dial(account), sign_in, hang_up))


def dial(account: EmailAccount) -> ImapConnection:
    """A connection that nobody has signed in to yet."""
    return connect(connection.incoming(account), account)


class ImapSession:
    """A signed-in IMAP session."""

    clean_batch = 500

    def __init__(self, client: ImapConnection) -> None:
        self.client = client
        self.channel = Channel(client)
        self.reading: FolderReading | None = None

    def folders(self, root: str, subfolders: bool = False, named: Sequence[str] = ()) -> list[str]:
        """The root folder (INBOX where none is given), those below it, and the named ones."""
        root = root or "INBOX"
        below = imap_names.below(root, self._listed()) if subfolders else []
        return list(dict.fromkeys([root, *below, *named]))

    def list_folders(self) -> list[str]:
        """The names of all folders that can be opened."""
        return [found.name for found in self._listed() if found.can_be_opened]

    def _listed(self) -> list[imap_names.Listed]:
        lines = [imap_names.listed(item) for item in self.channel.command("LIST", '""', "*")]
        return [found for found in lines if found is not None]

    def new_messages(
        self, cursor: Cursor, known: frozenset[str], largest: int, check: Callable[[], None] = nothing
    ) -> Iterator[Slice]:
        """Messages beyond the cursor; a changed UIDVALIDITY starts over, and what is stored is found by its content."""
        self.reading = FolderReading(self.channel, largest, check)
        return self.reading.slices(cursor, known)

    def message(self, place: Cursor, uid: str, largest: int) -> Fetched | None:
        """One message whole, by its UID."""
        return imap_reading.one(self.channel, place, int(uid), largest)

    def holdings(self, folder: str) -> tuple[int, Iterator[list[str]]]:
        """All UIDs of a folder, the newest first."""
        validity, _next_uid = self.channel.open(folder, writing=False)
        return validity, imap_reading.uids(self.channel, self.channel.count(folder))

    def described(self, folder: str, uids: Sequence[str]) -> list[Held]:
        """Size, subject, sender and date."""
        self.channel.open(folder, writing=False)
        return imap_reading.described(self.channel, [int(uid) for uid in uids])

    def clean(self, folder: str, uids: Sequence[str], how: str, target: str, asked: Sequence[Asked] = ()) -> None:
        """Mark, move (RFC 6851 where offered) or delete (RFC 4315 where offered) stored messages."""
        there = imap_copies.still_there(self.channel, folder, target, asked) if asked and how == "move" else []
        self.channel.open(folder, writing=True)
        batch = imap_names.uid_set(sorted({int(uid) for uid in uids} - set(there)))
        if how == "mark_read":
            self.channel.command("UID", "STORE", batch, "+FLAGS.SILENT", "(\\Seen)")
        elif how == "move":
            if there:
                self._remove_copied(imap_names.uid_set(there))
            if batch:
                self._move(batch, target)
        elif how == "delete":
            self._delete(batch)

    def _move(self, batch: str, target: str) -> None:
        try:
            if self.channel.offers("MOVE"):
                self.channel.command("UID", "MOVE", batch, imap_names.quoted(target))
                return
            self.channel.command("UID", "COPY", batch, imap_names.quoted(target))
        except connection.Refused as error:
            if "[TRYCREATE]" in str(error) or "[NONEXISTENT]" in str(error):
                words = _("The folder “%(folder)s” is missing on the server. Make it there, or choose another one.")
                raise connection.Refused(words % {"folder": target}) from error
            raise
        self._remove_copied(batch)

    def _remove_copied(self, batch: str) -> None:
        try:
            self._delete(batch)
        except connection.Refused as error:
            raise NotRemoved(str(error)) from error

    def _delete(self, batch: str) -> None:
        """Remove these and no others: without UIDPLUS, what others have marked is spared while EXPUNGE runs."""
        self._mark_deleted("+", batch)
        if self.channel.offers("UIDPLUS"):
            self.channel.command("UID", "EXPUNGE", batch)
            return
        spared = imap_names.uid_set(self.channel.search("DELETED", "NOT", "UID", batch))
        if spared:
            self._mark_deleted("-", spared)
        self.channel.command("EXPUNGE")
        if spared:
            self._mark_deleted("+", spared)

    def _mark_deleted(self, sign: str, uids: str) -> None:
        self.channel.command("UID", "STORE", uids, f"{sign}FLAGS.SILENT", "(\\Deleted)")

    def append(self, folder: str, raw: bytes) -> None:
        """Put a message into a folder, read."""
        self.channel.append(folder, raw)

    def count(self, folder: str) -> int:
        """Open a folder; how many messages it holds."""
        return self.channel.count(folder)

    def close(self) -> None:
        """Log out; a server that is gone is no error, and answers still on their way are not waited for."""
        if self.reading is None or not self.reading.asked:
            with contextlib.suppress(OSError, imaplib.IMAP4.error, ValueError):
                self.client.logout()
        hang_up(self.client)  # a logout that failed leaves the socket open
