"""What receiving asks of a server, whatever protocol it speaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

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
class Cursor:
    """How far a folder has been read."""

    folder: str
    uidvalidity: int = 0
    highest_uid: int = 0


class Session(Protocol):
    """A signed-in session; raises OSError and connection.Refused."""

    def folders(self, root: str) -> list[str]:
        """The folders to read."""
        ...

    def new_messages(
        self, cursor: Cursor, known: frozenset[str], largest: int
    ) -> Iterator[tuple[Cursor, Sequence[Fetched]]]:
        """Slices of what lies beyond the cursor and is not known, each with the cursor after it."""
        ...

    def clean(self, folder: str, uids: Sequence[str], how: str, target: str) -> None:
        """Mark as read, move or delete messages that are stored: `how` is mark_read, move or delete."""
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
