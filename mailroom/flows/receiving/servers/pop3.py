"""POP3 (RFC 1939): what was fetched is known by its UIDL; messages are deleted only after the commit."""

import contextlib
import hashlib
import poplib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from django.utils.translation import gettext as _

from mailroom.flows.receiving.servers import paced, pop3_wire
from mailroom.flows.receiving.servers.contract import Asked, Cursor, Fetched, Held, Slice, nothing, slices
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Credentials
from mailroom.records.email_accounts.models import EmailAccount, Encryption

poplib._MAXLINE = 10_000_000  # type: ignore[attr-defined]  # QUIRK: mail with lines beyond 2,048 bytes is common
FOLDER = ""
LONGEST_NAME = 200


class _HangsUp:
    """QUIRK: poplib's constructors leave the socket open when the greeting is refused or never comes."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        try:
            super().__init__(*arguments, **options)
        except BaseException:  # whatever ends it, nothing stays open; it is raised again
            _hang_up(cast(poplib.POP3, self))
            raise


class _Paced(_HangsUp):
    """Each command has its own time; see `paced`."""

    raw: paced.PacedSocket | None = None

    def read_paced(self) -> None:
        """From now on, and again after STLS."""
        client = cast(poplib.POP3, self)
        self.raw, client.file = paced.reader(client.sock)

    def _putline(self, line: bytes) -> None:
        if self.raw:
            self.raw.begin()
        super()._putline(line)  # type: ignore[misc]  # of the poplib class that this is mixed into


class _Plain(_Paced, poplib.POP3):
    pass


class _Encrypted(_Paced, poplib.POP3_SSL):
    pass


def _hang_up(client: poplib.POP3) -> None:
    """Close the socket, whatever state it is in."""
    with contextlib.suppress(OSError, AttributeError):
        client.close()


def open_session(account: EmailAccount) -> "Pop3Session":
    """Connect and sign in; raises OSError, connection.SignInRefused or connection.Refused."""
    return Pop3Session(connection.signed_in(account, lambda: connect(account), sign_in, _hang_up))


def connect(account: EmailAccount) -> poplib.POP3:
    """A connection, encrypted as the account says."""
    endpoint = connection.incoming(account)
    try:
        if endpoint.encryption == Encryption.SSL:
            context = connection.tls(account)
            client: _Plain | _Encrypted = _Encrypted(
                endpoint.host, endpoint.port, timeout=endpoint.timeout, context=context
            )
        else:
            client = _Plain(endpoint.host, endpoint.port, timeout=endpoint.timeout)
        if endpoint.encryption == Encryption.STARTTLS:
            _encrypt(client, account)
    except poplib.error_proto as error:
        raise _told_apart(error) from error
    client.read_paced()
    return client


def _encrypt(client: poplib.POP3, account: EmailAccount) -> None:
    try:
        client.stls(connection.tls(account))
    except BaseException:  # whatever ends it, nothing stays open; it is raised again
        _hang_up(client)
        raise


def sign_in(client: poplib.POP3, credentials: Credentials) -> None:
    """USER and PASS, or AUTH XOAUTH2 with a token; raises connection.SignInRefused, Busy or OSError."""
    try:
        if credentials.is_token:
            pop3_wire.authenticate(client, credentials)
        else:
            client.encoding = "utf-8"  # passwords may hold any character
            client.user(credentials.username)
            client.pass_(credentials.secret)
    except poplib.error_proto as error:
        lost = _told_apart(error)
        raise (lost if isinstance(lost, OSError) else connection.refusal(_words(error))) from error


def _told_apart(error: poplib.error_proto) -> Exception:
    """QUIRK: poplib says that the server hung up as if the server had refused."""
    words = _words(error)
    return ConnectionResetError("The server hung up") if words == "-ERR EOF" else connection.Refused(words)


def _words(error: poplib.error_proto) -> str:
    found = error.args[0] if error.args else ""
    return found.decode("utf-8", "backslashreplace") if isinstance(found, bytes) else str(found)


class Pop3Session:
    """A signed-in POP3 session. What was fetched is known by its UIDL; there are no folders and no marks."""

    clean_batch = 1_000_000  # deletions become final by QUIT, so they are all asked for together

    def __init__(self, client: poplib.POP3) -> None:
        self.client = client
        self.numbers: dict[str, int] = {}
        self.sizes: dict[int, int] = {}
        self.piped: bool | None = None
        self.over = False

    def folders(self, root: str, subfolders: bool = False, named: Sequence[str] = ()) -> list[str]:
        """POP3 has one folder."""
        return [FOLDER]

    def new_messages(
        self, cursor: Cursor, known: frozenset[str], largest: int, check: Callable[[], None] = nothing
    ) -> Iterator[Slice]:
        """Messages whose UIDL is not known; one that is refused is passed over and asked for again by the next run."""
        lines = self._look()
        fresh = [(uid, self.sizes.get(number, 0)) for uid, number in self.numbers.items() if uid not in known]
        left, refused = len(fresh), ""
        for run in slices(fresh):
            messages: list[Fetched] = []
            for uid, size, answer in self._retrieve(lines, run, largest):
                check()
                if isinstance(answer, bytes):
                    messages.append(Fetched(raw=answer, folder=FOLDER, uid=uid, full_size=size, cut=size > largest))
                else:
                    refused = refused or answer.words
            left -= len(run)
            yield Slice(cursor, messages, left)
            del messages, answer  # the next slice is read without this one in memory
        if refused:
            raise connection.Refused(_("The server does not give out every mail. %(words)s") % {"words": refused})

    def _retrieve(
        self, lines: pop3_wire.Lines, run: Sequence[tuple[str, int]], largest: int
    ) -> Iterator[tuple[str, int, bytes | pop3_wire.Refusal]]:
        """Each message of a run, or the server's refusal; the header alone of one that is too large."""
        wanted = [(self.numbers[uid], size > largest) for uid, size in run]
        commands = [f"TOP {number} 0" if cut else f"RETR {number}" for number, cut in wanted]
        limits = [2 * min(size, largest) + pop3_wire.MARGIN for _uid, size in run]
        for (uid, size), answer in zip(run, lines.ask(commands, limits), strict=True):
            yield uid, size, answer

    def _look(self) -> pop3_wire.Lines:
        """What lies there: sizes and names by number."""
        try:
            self.sizes = {int(line.split()[0]): int(line.split()[1]) for line in self.client.list()[1]}
            lines = self._lines()
            self.numbers = self._names(lines, self.sizes)
        except poplib.error_proto as error:
            raise _told_apart(error) from error
        except (ValueError, IndexError) as error:  # numbers that are none
            raise connection.Refused(f"The server's list of mails cannot be read: {error}") from error
        return lines

    def _lines(self) -> pop3_wire.Lines:
        """The wire for many commands; they may be sent ahead where the server says so (RFC 2449 §6.6)."""
        if self.piped is None:
            try:
                self.piped = "PIPELINING" in {name.upper() for name in self.client.capa()}
            except (poplib.error_proto, UnicodeDecodeError):
                self.piped = False
        return pop3_wire.Lines(self.client.sock, self.piped)

    def _names(self, lines: pop3_wire.Lines, sizes: dict[int, int]) -> dict[str, int]:
        """Each message's name and its number in this session: its UIDL, or its header by hash."""
        found = self._uidl()
        often = Counter(found.values())
        names = {_name(uidl): number for number, uidl in found.items() if often[uidl] == 1}
        lacking = [number for number in sizes if often[found.get(number, b"")] != 1]
        limits = [pop3_wire.MARGIN] * len(lacking)
        for number, header in zip(lacking, lines.ask([f"TOP {number} 0" for number in lacking], limits), strict=True):
            if isinstance(header, pop3_wire.Refusal):
                raise connection.Refused(header.words)
            digest = hashlib.sha256(header + b"%d" % sizes[number]).hexdigest()
            names[_unlike(names, f"header:{digest}")] = number
        return names

    def _uidl(self) -> dict[int, bytes]:
        """UIDLs by number; QUIRK: some servers have none, some give several mails the same."""
        try:
            pairs = [line.split() for line in self.client.uidl()[1]]
        except poplib.error_proto as error:
            if isinstance(_told_apart(error), OSError):
                raise
            return {}
        return {int(pair[0]): pair[1] for pair in pairs if len(pair) == 2 and pair[0].isdigit()}

    def message(self, place: Cursor, uid: str, largest: int) -> Fetched | None:
        """One message whole, by its UIDL."""
        lines = self._lines() if uid in self.numbers else self._look()
        if uid not in self.numbers:
            return None
        size = self.sizes.get(self.numbers[uid], 0)
        for name, _size, answer in self._retrieve(lines, [(uid, size)], largest):
            if isinstance(answer, pop3_wire.Refusal):
                raise connection.Refused(answer.words)
            return Fetched(raw=answer, folder=FOLDER, uid=name, full_size=size, cut=size > largest)
        return None

    def holdings(self, folder: str) -> tuple[int, Iterator[list[str]]]:
        """The names of all messages."""
        self._look()
        return 0, iter([list(self.numbers)])

    def described(self, folder: str, uids: Sequence[str]) -> list[Held]:
        """Size and header."""
        there = [uid for uid in uids if uid in self.numbers]
        answers = self._lines().ask([f"TOP {self.numbers[uid]} 0" for uid in there], [pop3_wire.MARGIN] * len(there))
        return [
            Held(uid, self.sizes.get(self.numbers[uid], 0), answer if isinstance(answer, bytes) else b"")
            for uid, answer in zip(there, answers, strict=True)
        ]

    def clean(self, folder: str, uids: Sequence[str], how: str, target: str, asked: Sequence[Asked] = ()) -> None:
        """Delete stored messages and end the session, which makes it final (RFC 1939 §6)."""
        if how != "delete":
            return
        numbers = [self.numbers[uid] for uid in uids if uid in self.numbers]
        words = self._lines().tell([*(f"DELE {number}" for number in numbers), "QUIT"])
        self.over = True
        if words:
            raise connection.Refused(words)

    def close(self) -> None:
        """QUIT, where the session is not over; a server that is gone is no error."""
        if not self.over:
            with contextlib.suppress(OSError, poplib.error_proto):
                self.client.quit()
        _hang_up(self.client)  # a QUIT that failed leaves the socket open


def _name(uidl: bytes) -> str:
    """A UIDL that fits its column: long ones by their hash (RFC 1939 allows 70 characters, servers send more)."""
    name = uidl.decode("ascii", "backslashreplace")
    return name if len(name) <= LONGEST_NAME else "hash:" + hashlib.sha256(uidl).hexdigest()


def _unlike(names: Mapping[str, int], name: str) -> str:
    """Mails with the same header and size are the same mail more than once: told apart by their place."""
    count, unlike = 1, name
    while unlike in names:
        count += 1
        unlike = f"{name} #{count}"
    return unlike
