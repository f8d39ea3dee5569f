"""Packs as whole files: what a backup takes along and a restore lays down again."""

import os
import shutil
from typing import IO

from mailroom.records.files import store

PIECE = 1 << 20


def open_pack(name: str) -> IO[bytes] | None:
    """A pack for reading; None when it is not on disk any more."""
    try:
        return store.path_of(name).open("rb")
    except OSError:
        return None


def lay_down(name: str, content: IO[bytes]) -> bool:
    """Write a pack from a stream, durable when it returns; False when it is there already, for packs never change."""
    path = store.path_of(name)
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with draft.open("wb") as pack:
        shutil.copyfileobj(content, pack, PIECE)
        pack.flush()
        os.fsync(pack.fileno())
    draft.rename(path)
    store.sync_folder(path.parent)
    return True
