"""POP3 (RFC 1939): what was fetched is known by its UIDL; messages are deleted only after the commit."""

import contextlib
import poplib
from collections.abc import Iterator, Sequence
from typing import Any, cast

from mailroom.flows.receiving.servers.contract import Cursor, Fetched, slices
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.models import EmailAccount, Encryption

poplib._MAXLINE = 10_000_000  # type: ignore[attr-defined]  # QUIRK: mail with lines beyond 2,048 bytes is common
FOLDER = ""


class _HangsUp:
    """QUIRK: poplib's constructors leave the socket open when the greeting is refused or never comes."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        try:
            super().__init__(*arguments, **options)
        except BaseException:
            _hang_up(cast(poplib.POP3, self))
            raise


class _Plain(_HangsUp, poplib.POP3):
    pass


class _Encrypted(_HangsUp, poplib.POP3_SSL):
    pass


def _hang_up(client: poplib.POP3) -> None:
    """Close the socket, whatever state it is in."""
    with contextlib.suppress(OSError, AttributeError):
        client.close()


def open_session(account: EmailAccount) -> "Pop3Session":
    """Connect and sign in; raises OSError, connection.SignInRefused or connection.Refused."""
    client = connect(account)
    try:
        sign_in(client, account)
    except BaseException:
        _hang_up(client)
        raise
    return Pop3Session(client)


def connect(account: EmailAccount) -> poplib.POP3:
    """A connection, encrypted as the account says."""
    endpoint = connection.incoming(account)
    try:
        if endpoint.encryption == Encryption.SSL:
            return _Encrypted(endpoint.host, endpoint.port, timeout=endpoint.timeout, context=connection.tls(account))
        client: poplib.POP3 = _Plain(endpoint.host, endpoint.port, timeout=endpoint.timeout)
        if endpoint.encryption == Encryption.STARTTLS:
            _encrypt(client, account)
    except poplib.error_proto as error:
        raise connection.Refused(_words(error)) from error
    return client


def _encrypt(client: poplib.POP3, account: EmailAccount) -> None:
    try:
        client.stls(connection.tls(account))
    except BaseException:
        _hang_up(client)
        raise


def sign_in(client: poplib.POP3, account: EmailAccount) -> None:
    """USER and PASS."""
    credentials = connection.incoming_credentials(account)
    try:
        client.user(credentials.username)
        client.pass_(credentials.secret)
    except poplib.error_proto as error:
        raise connection.SignInRefused(_words(error)) from error


def _words(error: poplib.error_proto) -> str:
    found = error.args[0] if error.args else ""
    return found.decode("utf-8", "backslashreplace") if isinstance(found, bytes) else str(found)


class Pop3Session:
    """A signed-in POP3 session."""

    def __init__(self, client: poplib.POP3) -> None:
        self.client = client
        self.numbers: dict[str, int] = {}

    def folders(self, root: str) -> list[str]:
        """POP3 has one folder."""
        return [FOLDER]

    def new_messages(
        self, cursor: Cursor, known: frozenset[str], largest: int
    ) -> Iterator[tuple[Cursor, Sequence[Fetched]]]:
        """Messages whose UIDL is not known."""
        try:
            sizes = {int(line.split()[0]): int(line.split()[1]) for line in self.client.list()[1]}
            self.numbers = self._unique_ids(sizes)
            fresh = [(uid, sizes.get(number, 0)) for uid, number in self.numbers.items() if uid not in known]
            for run in slices(fresh):
                yield cursor, [self._retrieve(uid, size, largest) for uid, size in run]
        except poplib.error_proto as error:
            raise connection.Refused(_words(error)) from error
        except (ValueError, IndexError) as error:  # numbers that are none
            raise connection.Refused(f"The server's list of mails cannot be read: {error}") from error
        yield cursor, []

    def _unique_ids(self, sizes: dict[int, int]) -> dict[str, int]:
        lines = self.client.uidl()[1]
        return {
            line.split()[1].decode("ascii", "backslashreplace"): int(line.split()[0]) for line in lines if b" " in line
        }

    def _retrieve(self, uid: str, size: int, largest: int) -> Fetched:
        number = self.numbers[uid]
        cut = size > largest
        lines = self.client.top(number, 0)[1] if cut else self.client.retr(number)[1]
        raw = b"\r\n".join(lines) + b"\r\n"
        return Fetched(raw=raw, folder=FOLDER, uid=uid, full_size=size, cut=cut)

    def clean(self, folder: str, uids: Sequence[str], how: str, target: str) -> None:
        """Delete stored messages; POP3 knows no marks and no other folders."""
        if how != "delete":
            return
        try:
            for uid in uids:
                if uid in self.numbers:
                    self.client.dele(self.numbers[uid])
        except poplib.error_proto as error:
            raise connection.Refused(_words(error)) from error

    def close(self) -> None:
        """QUIT makes deletions final (RFC 1939 §6)."""
        with contextlib.suppress(OSError, poplib.error_proto):
            self.client.quit()
        _hang_up(self.client)  # a QUIT that failed leaves the socket open
