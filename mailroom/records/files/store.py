"""Content by hash, laid down in packs: one file, one sync and one rename for a whole batch.

A pack is complete and durable before a row points into it. A killed process leaves at most a pack nobody points to.
"""

import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from mailroom.base import durable
from mailroom.records.files.models import StoredFile

PIECE = 1 << 20


class FileMissing(Exception):
    """The content is known but its bytes are not on disk any more."""


def put(content: bytes) -> StoredFile:
    """Store one content."""
    return put_many([content])[0]


def put_many(contents: Sequence[bytes]) -> list[StoredFile]:
    """Store contents, each once, and return their rows in the order given; durable when it returns."""
    hashed = [(hashlib.sha256(content).digest(), content) for content in contents]
    known = put_by_hash(hashed)
    return [known[digest] for digest, _content in hashed]


def put_by_hash(hashed: Iterable[tuple[bytes, bytes]]) -> dict[bytes, StoredFile]:
    """Store contents given with their SHA-256, each once, and return their rows by hash; durable when it returns."""
    contents = dict(hashed)
    known = _known(list(contents))
    fresh = {digest: content for digest, content in contents.items() if digest not in known}
    if fresh:
        made = _write_pack(fresh)
        with durable.atomic():
            StoredFile.objects.bulk_create(made, ignore_conflicts=True, batch_size=200)
        known |= _known(list(fresh))  # another writer may have been first: its row is the one that counts
    return known


def _known(digests: Sequence[bytes]) -> dict[bytes, StoredFile]:
    found: dict[bytes, StoredFile] = {}
    for start in range(0, len(digests), 500):
        for row in StoredFile.objects.filter(sha256__in=digests[start : start + 500]):
            row.sha256 = bytes(row.sha256)
            found[row.sha256] = row
    return found


def _write_pack(contents: dict[bytes, bytes]) -> list[StoredFile]:
    """Write one pack, sync it and its folder, and return the rows that point into it."""
    name = uuid.uuid4().hex
    path = path_of(name)
    folder_is_new = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, offset = [], 0
    draft = path.with_suffix(".part")
    with draft.open("wb", buffering=PIECE) as pack:
        for digest, content in contents.items():
            pack.write(content)
            rows.append(StoredFile(sha256=digest, size=len(content), pack=name, offset=offset))
            offset += len(content)
        pack.flush()
        os.fsync(pack.fileno())
    draft.rename(path)
    sync_folder(path.parent)
    if folder_is_new:
        sync_folder(path.parent.parent)
    return rows


def sync_folder(folder: Path) -> None:
    """Make a rename or a new folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(sha256: bytes) -> bytes:
    """The whole content; raises FileMissing when it is unknown, gone or cut."""
    return b"".join(open_stream(sha256))


def find_many(digests: Sequence[bytes]) -> dict[bytes, StoredFile]:
    """The rows of known contents by hash, in a query for some hundreds of them."""
    return _known(digests)


def content_of(row: StoredFile | None) -> bytes:
    """The whole content of a row that `find_many` gave; raises FileMissing as `read` does."""
    if row is None:
        raise FileMissing("This content was never stored.")
    return b"".join(_pieces(row)) if row.size > PIECE else beginning_of(row, row.size)


def beginning_of(row: StoredFile, size: int) -> bytes:
    """At most the first `size` bytes of the content of a row that `find_many` gave; raises FileMissing."""
    wanted = min(size, row.size)
    try:
        descriptor = os.open(path_of(row.pack), os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise FileMissing("The file is missing on disk.") from error
    try:
        content = os.pread(descriptor, wanted, row.offset)
    finally:
        os.close(descriptor)
    if len(content) < wanted:
        raise FileMissing("The file is cut on disk.")
    return content


def open_stream(sha256: bytes) -> Iterator[bytes]:
    """The content in pieces of at most one mebibyte; raises FileMissing as `read` does."""
    row = StoredFile.objects.filter(sha256=bytes(sha256)).first()
    if row is None:
        raise FileMissing("This content was never stored.")
    return _pieces(row)


def is_there(row: StoredFile) -> bool:
    """Whether the bytes of a stored file are on disk."""
    try:
        return path_of(row.pack).stat().st_size >= row.offset + row.size
    except OSError:
        return False


def _pieces(row: StoredFile) -> Iterator[bytes]:
    try:
        pack = path_of(row.pack).open("rb")
    except OSError as error:
        raise FileMissing("The file is missing on disk.") from error
    with pack:
        pack.seek(row.offset)
        left = row.size
        while left:
            piece = pack.read(min(PIECE, left))
            if not piece:
                raise FileMissing("The file is cut on disk.")
            left -= len(piece)
            yield piece


def path_of(name: str) -> Path:
    """Where a pack lies."""
    return _path(settings.ENVIRONMENT.files_folder, name)


@lru_cache(maxsize=256)
def _path(folder: Path, name: str) -> Path:
    return folder.resolve() / name[:2] / name
