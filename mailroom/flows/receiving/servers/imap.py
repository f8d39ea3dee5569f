"""IMAP (RFC 3501): the cursor is UIDVALIDITY and the highest UID; sizes first, then bodies in slices."""

import contextlib
import imaplib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from imapclient import imap_utf7

from mailroom.flows.receiving.servers.contract import Cursor, Fetched, slices
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Credentials, Endpoint
from mailroom.records.email_accounts.models import EmailAccount, Encryption

imaplib._MAXLINE = 10_000_000  # type: ignore[attr-defined]  # QUIRK: servers answer SEARCH ALL of a large folder in one line
UID = re.compile(rb"UID (\d+)")
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
LIST_LINE = re.compile(rb"\((?P<flags>[^)]*)\) (?P<mark>NIL|\"(?:[^\"\\]|\\.)*\") (?P<name>.+)", re.DOTALL)
BATCH_OF_SIZES = 5000


def open_session(account: EmailAccount) -> "ImapSession":
    """Connect and sign in; raises OSError, connection.SignInRefused or connection.Refused."""
    client = connect(connection.incoming(account), account)
    try:
        sign_in(client, connection.incoming_credentials(account))
    except BaseException:
        _hang_up(client)
        raise
    return ImapSession(client)


def connect(endpoint: Endpoint, account: EmailAccount) -> imaplib.IMAP4:
    """A connection, encrypted as the account says."""
    try:
        if endpoint.encryption == Encryption.SSL:
            return imaplib.IMAP4_SSL(
                endpoint.host, endpoint.port, ssl_context=connection.tls(account), timeout=endpoint.timeout
            )
        client = imaplib.IMAP4(endpoint.host, endpoint.port, timeout=endpoint.timeout)
        if endpoint.encryption == Encryption.STARTTLS:
            _encrypt(client, account)
    except imaplib.IMAP4.abort as error:
        raise ConnectionResetError(str(error)) from error
    except imaplib.IMAP4.error as error:
        raise connection.Refused(str(error)) from error
    return client


def _encrypt(client: imaplib.IMAP4, account: EmailAccount) -> None:
    try:
        client.starttls(connection.tls(account))
    except BaseException:
        _hang_up(client)
        raise


def _hang_up(client: imaplib.IMAP4) -> None:
    """Close the socket, whatever state it is in."""
    with contextlib.suppress(OSError, imaplib.IMAP4.error):
        client.shutdown()


def sign_in(client: imaplib.IMAP4, credentials: Credentials) -> None:
    """LOGIN, or AUTHENTICATE XOAUTH2 with a token."""
    try:
        if credentials.is_token:
            answer = connection.xoauth2(credentials)
            client.authenticate("XOAUTH2", lambda _challenge: answer.encode())
        elif "LOGINDISABLED" in client.capabilities or not credentials.username.isascii():
            client.authenticate("PLAIN", lambda _c: f"\0{credentials.username}\0{credentials.secret}".encode())
        else:
            client._encoding = "utf-8"  # type: ignore[attr-defined]  # passwords may hold any character
            client.login(credentials.username, credentials.secret)
    except imaplib.IMAP4.abort as error:
        raise ConnectionResetError(str(error)) from error
    except imaplib.IMAP4.error as error:
        raise connection.SignInRefused(str(error).removeprefix("b'").removesuffix("'")) from error


class ImapSession:
    """A signed-in IMAP session."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self.client = client
        self.selected: tuple[str, bool] | None = None

    def folders(self, root: str) -> list[str]:
        """The root folder, or INBOX where none is given."""
        return [root or "INBOX"]

    def list_folders(self) -> list[str]:
        """The names of all folders that can be opened."""
        names = []
        for line in self._command("LIST", '""', "*"):
            match = LIST_LINE.match(line) if isinstance(line, bytes) else None
            if match and b"\\noselect" not in match["flags"].lower():
                names.append(imap_utf7.decode(match["name"].strip().strip(b'"')))
        return names

    def new_messages(
        self, cursor: Cursor, known: frozenset[str], largest: int
    ) -> Iterator[tuple[Cursor, Sequence[Fetched]]]:
        """Messages beyond the cursor; a changed UIDVALIDITY starts over, and what is stored is found by its content."""
        validity, next_uid = self._open(cursor.folder, writing=False)
        highest = cursor.highest_uid if validity == cursor.uidvalidity else 0
        here = Cursor(cursor.folder, validity, highest)
        if next_uid and next_uid <= highest + 1:
            yield here, []
            return
        for batch in self._sizes(highest):
            for run in slices([item for item in batch if item[0] not in known]):
                messages = self._bodies(here, run, largest)
                here = Cursor(cursor.folder, validity, max(here.highest_uid, int(run[-1][0])))
                yield here, messages
            here = Cursor(cursor.folder, validity, max(here.highest_uid, int(batch[-1][0])))
        yield here, []

    def _sizes(self, highest: int) -> Iterator[list[tuple[str, int]]]:
        """(UID, size) of every message beyond `highest`, in order, in batches."""
        found = self._command("UID", "SEARCH", f"UID {highest + 1}:*")
        uids = sorted({int(uid) for line in found if isinstance(line, bytes) for uid in line.split() if uid.isdigit()})
        wanted = [uid for uid in uids if uid > highest]  # QUIRK: n:* always matches the last message
        for start in range(0, len(wanted), BATCH_OF_SIZES):
            batch = wanted[start : start + BATCH_OF_SIZES]
            sizes = dict.fromkeys(batch, 0)
            for item in self._command("UID", "FETCH", _uid_set(batch), "(UID RFC822.SIZE)"):
                uid, size = UID.search(item or b""), SIZE.search(item or b"")
                if uid and size and int(uid[1]) in sizes:
                    sizes[int(uid[1])] = int(size[1])
            yield [(str(uid), size) for uid, size in sizes.items()]

    def _bodies(self, cursor: Cursor, run: Sequence[tuple[str, int]], largest: int) -> list[Fetched]:
        sizes = dict(run)
        whole = [int(uid) for uid, size in run if size <= largest]
        giants = [int(uid) for uid, size in run if size > largest]
        messages = self._fetch(cursor, whole, "BODY.PEEK[]", sizes, cut=False) if whole else []
        if giants:
            messages += self._fetch(cursor, giants, "BODY.PEEK[HEADER]", sizes, cut=True)
        return sorted(messages, key=lambda message: int(message.uid))

    def _fetch(self, cursor: Cursor, uids: Sequence[int], part: str, sizes: dict[str, int], cut: bool) -> list[Fetched]:
        messages = []
        answer = self._command("UID", "FETCH", _uid_set(uids), f"(UID FLAGS INTERNALDATE {part})")
        for place, item in enumerate(answer):
            if not isinstance(item, tuple):
                continue
            following = answer[place + 1] if place + 1 < len(answer) and isinstance(answer[place + 1], bytes) else b""
            line = item[0] + b" " + following
            uid = UID.search(line)
            if uid is None or int(uid[1]) not in uids:
                continue  # QUIRK: an unsolicited FETCH of another message
            name = uid[1].decode()
            messages.append(
                Fetched(
                    raw=item[1],
                    folder=cursor.folder,
                    uid=name,
                    uidvalidity=cursor.uidvalidity,
                    internal_date=_internal_date(line),
                    seen=b"\\Seen" in line,
                    full_size=sizes.get(name, 0) or len(item[1]),
                    cut=cut,
                )
            )
        return messages

    def clean(self, folder: str, uids: Sequence[str], how: str, target: str) -> None:
        """Mark, move (RFC 6851 where offered) or delete (RFC 4315 where offered) stored messages."""
        self._open(folder, writing=True)
        for start in range(0, len(uids), 500):
            batch = _uid_set([int(uid) for uid in uids[start : start + 500]])
            if how == "mark_read":
                self._command("UID", "STORE", batch, "+FLAGS.SILENT", "(\\Seen)")
            elif how == "move":
                self._move(batch, target)
            elif how == "delete":
                self._delete(batch)

    def _move(self, batch: str, target: str) -> None:
        if "MOVE" in self.client.capabilities:
            self._command("UID", "MOVE", batch, _quoted(target))
            return
        self._command("UID", "COPY", batch, _quoted(target))
        self._delete(batch)

    def _delete(self, batch: str) -> None:
        self._command("UID", "STORE", batch, "+FLAGS.SILENT", "(\\Deleted)")
        if "UIDPLUS" in self.client.capabilities:
            self._command("UID", "EXPUNGE", batch)
        else:
            self._command("EXPUNGE")

    def append(self, folder: str, raw: bytes) -> None:
        """Put a message into a folder, read (RFC 3501 §6.3.11)."""
        self._guard(self.client.append(_quoted(folder), "(\\Seen)", "", raw))

    def count(self, folder: str) -> int:
        """Open a folder; how many messages it holds."""
        return self._select(folder, writing=False)

    def close(self) -> None:
        """Log out; a server that is gone is no error."""
        with contextlib.suppress(OSError, imaplib.IMAP4.error, ValueError):
            self.client.logout()
        _hang_up(self.client)  # a logout that failed leaves the socket open

    def _open(self, folder: str, writing: bool) -> tuple[int, int]:
        """Select a folder; its UIDVALIDITY and UIDNEXT, 0 where the server gives none or nonsense."""
        self._select(folder, writing)
        return self._number("UIDVALIDITY"), self._number("UIDNEXT")

    def _select(self, folder: str, writing: bool) -> int:
        """Open a folder; how many messages it holds."""
        try:
            answer = self.client.select(_quoted(folder), readonly=not writing)
        except imaplib.IMAP4.abort as error:
            raise ConnectionResetError(str(error)) from error
        except imaplib.IMAP4.error as error:
            raise connection.Refused(str(error)) from error
        self._guard(answer)
        count = answer[1][-1] if answer[1] else None
        return int(count) if isinstance(count, bytes) and count.isdigit() else 0

    def _number(self, name: str) -> int:
        _name, values = self.client.response(name)
        last = values[-1] if values else None
        return int(last) if isinstance(last, bytes) and last.isdigit() and int(last) < 2**63 else 0

    def _command(self, name: str, *arguments: str) -> list[Any]:
        """Run one command and return its untagged data; No and Bad become connection.Refused."""
        try:
            kind, data = self.client._simple_command(name, *arguments)
            self._guard((kind, data))
            untagged = {"UID": arguments[0] if arguments else ""}.get(name, name)
            return list(self.client._untagged_response(kind, data, untagged)[1])
        except imaplib.IMAP4.abort as error:
            raise ConnectionResetError(str(error)) from error
        except imaplib.IMAP4.error as error:
            raise connection.Refused(str(error)) from error

    def _guard(self, answer: tuple[str, Any]) -> None:
        if answer[0] != "OK":
            data = answer[1][-1] if answer[1] else b""
            raise connection.Refused(data.decode("utf-8", "backslashreplace") if isinstance(data, bytes) else str(data))


def _quoted(folder: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501 §5.1.3), quoted."""
    encoded = imap_utf7.encode(folder)
    text = encoded.decode("ascii") if isinstance(encoded, bytes) else str(encoded)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "") + '"'


def _uid_set(uids: Sequence[int]) -> str:
    """A sequence set with runs folded: 1,2,3,7 becomes 1:3,7."""
    runs: list[list[int]] = []
    for uid in sorted(uids):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)


def _internal_date(line: bytes) -> datetime | None:
    parsed = imaplib.Internaldate2tuple(line)
    if parsed is None:
        return None
    import time as clock_time

    with contextlib.suppress(OverflowError, ValueError):
        return datetime.fromtimestamp(clock_time.mktime(parsed), UTC)
    return None
