"""What lies under a path: every message of it in a fixed order, read only when it is asked for."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from mailroom.flows.receiving.importing import mbox

MAILDIR_FOLDERS = ("cur", "new")
FLAGS = re.compile(r":2,([A-Za-z]*)$")  # https://cr.yp.to/proto/maildir.html
STAMP = re.compile(r"^(\d{9,11})[.]")
LARGEST_PACKED = 256 * 1024 * 1024
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)  # damaged, of an unknown kind, under a password
MOST_TIMES = 200  # what a member may grow to when it is unpacked; mail that is all text grows tenfold
HEADER_LINE = re.compile(rb"(?:^|\n)[!-9;-~]+[ \t]*:")


class NothingThere(Exception):
    """The path does not exist, holds no mail, or cannot be read; the text says which."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message of a source. `size` is how many bytes of the source it takes up, for progress."""

    load: Callable[[], bytes]
    size: int
    seen: bool = False
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A path: `name` and `mark` tell whether it is still the one that an earlier run began to read."""

    name: str
    mark: int
    size: int
    messages: Callable[[], Iterator[Found]]


def source(path: Path) -> Source:
    """A file or folder as a source; raises NothingThere."""
    if not path.exists():
        raise NothingThere(f"There is no file or folder {path}.")
    files = [path] if path.is_file() else sorted(item for item in path.rglob("*") if item.is_file())
    if not files:
        raise NothingThere(f"{path} is an empty folder.")
    stats = [(str(file.relative_to(path)), file.stat()) for file in files]
    lines = "\n".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats)
    mark = int.from_bytes(hashlib.sha256(lines.encode("utf-8", "surrogateescape")).digest()[:7])
    size = sum(stat.st_size for _name, stat in stats)
    return Source(str(path.resolve()), mark, size, lambda: (found for file in files for found in _in_file(file)))


def _in_file(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        start = file.read(4096)
    if zipfile.is_zipfile(path):
        yield from _in_zip(path)
    elif mbox.is_mbox(start):
        with path.open("rb") as file:
            yield from _in_mbox(file)
    elif path.parent.name in MAILDIR_FOLDERS or _looks_like_mail(path.name, start):
        flags = FLAGS.search(path.name)
        stamp = STAMP.match(path.name)
        yield Found(
            path.read_bytes,
            path.stat().st_size,
            seen=flags is not None and "S" in flags.group(1),
            arrived_at=datetime.fromtimestamp(int(stamp.group(1)), UTC) if stamp else None,
        )


def _in_mbox(file: IO[bytes]) -> Iterator[Found]:
    for raw in mbox.messages(file):
        yield Found(lambda raw=raw: raw, len(raw), seen=mbox.was_read(raw))  # type: ignore[misc]  # bound as it is now


def _in_zip(path: Path) -> Iterator[Found]:
    """The members of a zip, each an mbox or a message; zipfile reads no more of one than it says it has."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.infolist(), key=lambda one: one.filename):
                if not member.is_dir():
                    yield from _in_member(archive, member)
    except UNREADABLE as error:
        raise NothingThere(f"{path} cannot be unpacked: {error}.") from error


def _in_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Found]:
    with archive.open(member) as file:
        start = file.read(4096)
    is_mbox = mbox.is_mbox(start)
    if not is_mbox and not _looks_like_mail(member.filename, start):
        return
    grown = member.file_size > MOST_TIMES * max(1, member.compress_size)
    if member.file_size > LARGEST_PACKED and (grown or not is_mbox):
        size = member.file_size // 1_000_000
        raise NothingThere(f"{member.filename} would be {size} MB of mail. Unpack it and import the file itself.")
    if is_mbox:
        with archive.open(member) as file:
            yield from _in_mbox(file)
    else:
        content = archive.read(member)
        yield Found(lambda: content, member.file_size)


def _looks_like_mail(name: str, start: bytes) -> bool:
    """By its ending, or, for a file with another one, by a first line that is a header field."""
    if name.lower().endswith((".eml", ".msg.txt", ".mail")):
        return True
    return HEADER_LINE.match(start) is not None and not name.lower().endswith((".json", ".yaml", ".md", ".py"))
