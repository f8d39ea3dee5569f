"""Mailboxes on disk in the manner of Maildir: one file a message, its flags in the name (RFC 3501 §2.3)."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

FLAG_LETTERS = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}
LETTER_FLAGS = {letter: flag for flag, letter in FLAG_LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Kept:
    """One message in a folder: its UID, its day of arrival, its flags, its size in bytes and where it lies."""

    uid: int
    arrived: datetime
    flags: frozenset[str]
    size: int
    path: Path


class Folder:
    """One folder of a mailbox. Safe between threads; watchers hear of every change."""

    def __init__(self, path: Path) -> None:
        """Open, or make, the folder at `path`."""
        self.path = path
        self._lock = threading.RLock()
        self._watchers: list[Callable[[], None]] = []
        (path / "cur").mkdir(parents=True, exist_ok=True)
        (path / "tmp").mkdir(exist_ok=True)
        self.uidvalidity = self._read_uidvalidity()
        self._kept = {kept.uid: kept for kept in sorted(map(_read_name, (path / "cur").iterdir()), key=_uid)}
        self._next_uid = max(self._kept, default=0) + 1

    @property
    def uidnext(self) -> int:
        """The UID that the next message gets."""
        return self._next_uid

    def messages(self) -> list[Kept]:
        """All messages, oldest UID first."""
        with self._lock:
            return list(self._kept.values())

    def append(self, raw: bytes, arrived: datetime, flags: Iterable[str] = ()) -> Kept:
        """Keep a message; returns it with its UID."""
        with self._lock:
            uid, self._next_uid = self._next_uid, self._next_uid + 1
            kept = Kept(uid, arrived.astimezone(UTC), frozenset(flags) & FLAG_LETTERS.keys(), len(raw), Path())
            kept = replace(kept, path=self.path / "cur" / _name(kept))
            draft = self.path / "tmp" / str(uid)
            draft.write_bytes(raw)
            draft.rename(kept.path)
            self._kept[uid] = kept
        self._tell()
        return kept

    def set_flags(self, uid: int, flags: frozenset[str]) -> Kept | None:
        """Give a message these flags and no others; None when it is gone."""
        with self._lock:
            kept = self._kept.get(uid)
            if kept is None:
                return None
            changed = replace(kept, flags=flags & FLAG_LETTERS.keys())
            changed = replace(changed, path=self.path / "cur" / _name(changed))
            kept.path.rename(changed.path)
            self._kept[uid] = changed
        return changed

    def remove(self, uids: Iterable[int]) -> None:
        """Remove messages for good."""
        with self._lock:
            for uid in uids:
                if kept := self._kept.pop(uid, None):
                    kept.path.unlink(missing_ok=True)
        self._tell()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change, from whatever thread made it; returns the way to stop that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()

    def _read_uidvalidity(self) -> int:
        note = self.path / "uidvalidity"
        if not note.exists():
            note.write_text(str(int(self.path.stat().st_mtime)))
        return int(note.read_text())


class Mailbox:
    """The folders of one address; INBOX is always there."""

    def __init__(self, path: Path) -> None:
        """Open, or make, the mailbox at `path`."""
        self.path = path
        self._folders: dict[str, Folder] = {}
        self.folder("INBOX", create=True)

    @property
    def inbox(self) -> Folder:
        """Where mail arrives."""
        return self._folders["INBOX"]

    def names(self) -> list[str]:
        """The names of all folders, sorted."""
        return sorted(entry.name for entry in self.path.iterdir() if entry.is_dir())

    def folder(self, name: str, create: bool = False) -> Folder | None:
        """The folder of this name (INBOX in any case); None when there is none."""
        name = "INBOX" if name.upper() == "INBOX" else name
        if not name or name.startswith(".") or "/" in name or "\0" in name:
            return None
        if name not in self._folders and (create or (self.path / name).is_dir()):
            self._folders[name] = Folder(self.path / name)
        return self._folders.get(name)


def _name(kept: Kept) -> str:
    letters = "".join(sorted(FLAG_LETTERS[flag] for flag in kept.flags))
    return f"{kept.uid:08d}.{int(kept.arrived.timestamp())}:2,{letters}"


def _read_name(path: Path) -> Kept:
    stem, _, letters = path.name.partition(":2,")
    uid, _, seconds = stem.partition(".")
    flags = frozenset(LETTER_FLAGS[letter] for letter in letters if letter in LETTER_FLAGS)
    return Kept(int(uid), datetime.fromtimestamp(int(seconds), UTC), flags, path.stat().st_size, path)


def _uid(kept: Kept) -> int:
    return kept.uid
