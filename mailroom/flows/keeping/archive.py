"""The file of a backup: a tar archive, written and read as a stream, with the checksums of its members at its end.

`manifest.json` comes first, then `tables/NNN-NAME/NNNNNN.jsonl` (rows as JSON, in parts), `packs/NAME`, `key` where it
was asked for, and `checksums.json`. A name that ends with .gz is compressed.
"""

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

MANIFEST, CHECKSUMS, KEY = "manifest.json", "checksums.json", "key"
PIECE = 1 << 20


class Damaged(Exception):
    """The file is no whole backup; the text says what is wrong with it."""


class _Summing(io.RawIOBase):
    """A stream that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As the source, remembering what passed."""
        piece = self._source.read(size)
        self._sum.update(piece)
        return piece

    def hexdigest(self) -> str:
        """Of everything read so far."""
        return self._sum.hexdigest()


def _for_its_owner(path: str, flags: int) -> int:
    """A backup holds all mail and, where wanted, the key file."""
    return os.open(path, flags, 0o600)


class Writer:
    """Writes a backup beside its final name and puts it there when it is whole and on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f"{path.name}.part")
        self._file = open(self._draft, "xb", opener=_for_its_owner)  # noqa: SIM115 closed on exit; Path.open takes no opener
        self._tar = tarfile.open(fileobj=self._file, mode="w|gz" if path.suffix == ".gz" else "w|")  # noqa: SIM115 closed on exit
        self._sums: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        """A member from memory."""
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_stream(self, name: str, source: IO[bytes], size: int) -> None:
        """A member of `size` bytes from a stream."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        summing = _Summing(source)
        self._tar.addfile(member, summing)
        self._sums[name] = summing.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        if kind is None:
            self.add(CHECKSUMS, json.dumps(self._sums).encode())
        self._tar.close()
        if kind is None:
            self._file.flush()
            os.fsync(self._file.fileno())
        self._file.close()
        if kind is None:
            self._draft.rename(self._path)
        else:
            self._draft.unlink()


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Every member in its order, to be read before the next is asked for."""
    with tarfile.open(path, "r|*") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                yield member.name, content


def verify(path: Path) -> dict[str, Any]:
    """Read the whole file, compare every checksum, and return the manifest; raises Damaged."""
    try:
        manifest, sums, promised = _read_through(path)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise Damaged(f"{path} cannot be read as a backup: {error}") from error
    if manifest is None or promised is None:
        raise Damaged(f"{path} is no whole backup of Mailroom: it was cut, or made by something else.")
    wrong = sorted(name for name in sums.keys() | promised.keys() if sums.get(name) != promised.get(name))
    if wrong:
        raise Damaged(f"{path} is damaged: {len(wrong)} of its parts differ from their checksums, {wrong[0]} first.")
    return manifest


def _read_through(path: Path) -> tuple[dict[str, Any] | None, dict[str, str], dict[str, str] | None]:
    """The manifest, the checksums of what is there, and those that the file promises."""
    manifest: dict[str, Any] | None = None
    sums: dict[str, str] = {}
    promised: dict[str, str] | None = None
    for name, content in members(path):
        if name == CHECKSUMS:
            promised = json.load(content)
            continue
        summing = _Summing(content)
        if name == MANIFEST:
            manifest = json.loads(summing.read())
        while summing.read(PIECE):
            pass
        sums[name] = summing.hexdigest()
    return manifest, sums, promised
