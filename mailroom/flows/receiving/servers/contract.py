"""What receiving asks of a server, whatever protocol it speaks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailroom.records.email_accounts import connection

SLICE_BYTES = 16 * 1024 * 1024
SLICE_COUNT = 200


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message off a server: its bytes, and where it lies there."""

    raw: bytes
    folder: str
    uid: str
    uidvalidity: int = 0
    internal_date: datetime | None = None
    seen: bool = False
    full_size: int = 0
    cut: bool = False  # only the header was fetched, because the message is larger than the account takes


@dataclass(frozen=True, slots=True)
class Held:
    """What a server tells of a message that it holds, without giving it out whole."""

    uid: str
    size: int
    header: bytes


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder has been read; `unreadable` are UIDs below it that the server has not given out yet."""

    folder: str
    uidvalidity: int = 0
    highest_uid: int = 0
    unreadable: tuple[int, ...] = ()
    began_anew: bool = False  # UIDs restarted under the same UIDVALIDITY


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of what is new: its messages, the cursor after it, and how many more the server holds."""

    cursor: Cursor
    messages: Sequence[Fetched] = ()
    left: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that the server was asked to move before, without a word of what came of it; and how it is known."""

    uid: str
    size: int
    raw_sha256: bytes
    message_id: str = ""


class NotRemoved(connection.Refused):
    """The server copied messages and will not remove them from where they lay; carries its words."""


def nothing() -> None:
    """The check of a caller that checks nothing."""


class Session(Protocol):
    """A signed-in session; raises OSError and connection.Refused."""

    clean_batch: int  # how many messages one `clean` may take

    def folders(self, root: str, subfolders: bool = False, named: Sequence[str] = ()) -> list[str]:
        """The folders to read: the root folder, those below it when wanted, and the named ones, each once."""
        ...

    def new_messages(
        self, cursor: Cursor, known: frozenset[str], largest: int, check: Callable[[], None] = nothing
    ) -> Iterator[Slice]:
        """Slices of what lies beyond the cursor and is not known. `check` is called between mails and may raise."""
        ...

    def message(self, place: Cursor, uid: str, largest: int) -> Fetched | None:
        """One message whole, by the place where it was seen; None when it is not there any more."""
        ...

    def holdings(self, folder: str) -> tuple[int, Iterator[list[str]]]:
        """The UIDVALIDITY of a folder, and the UIDs of all that it holds, in batches; one may come twice."""
        ...

    def described(self, folder: str, uids: Sequence[str]) -> list[Held]:
        """Size and header fields of some of them; what has gone meanwhile is left out."""
        ...

    def clean(self, folder: str, uids: Sequence[str], how: str, target: str, asked: Sequence[Asked] = ()) -> None:
        """Mark as read, move or delete messages that are stored; final when it returns.

        `asked` are those among `uids` that a move was asked for before: what of them lies in the target is not put
        there again. Raises NotRemoved where the server copied and does not remove.
        """
        ...

    def close(self) -> None:
        """End the session politely, whatever its state."""
        ...


def slices(sizes: Sequence[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Cut a list of (uid, size) into runs of bounded bytes and count; a giant stands alone."""
    run: list[tuple[str, int]] = []
    weight = 0
    for uid, size in sizes:
        if run and (weight + size > SLICE_BYTES or len(run) >= SLICE_COUNT):
            yield run
            run, weight = [], 0
        run.append((uid, size))
        weight += size
    if run:
        yield run
