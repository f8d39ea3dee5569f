"""Folder names (RFC 3501 §5.1.3, modified UTF-7), lists of folders, and sets of UIDs as IMAP writes them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imapclient import imap_utf7

LISTED = re.compile(rb"\((?P<flags>[^)]*)\) (?P<mark>NIL|\"(?:[^\"\\]|\\.)*\") (?P<name>.+)", re.DOTALL)
LITERAL_NAME = re.compile(rb"\{\d+\}\Z")
NOT_FOR_READING = ("\\noselect", "\\nonexistent", "\\trash", "\\junk", "\\drafts", "\\sent", "\\all")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of LIST: the folder's name, its flags in lower case, and what stands between levels."""

    name: str
    flags: tuple[str, ...]
    separator: str

    @property
    def can_be_opened(self) -> bool:
        """Whether it holds mail."""
        return not {"\\noselect", "\\nonexistent"} & set(self.flags)

    @property
    def is_for_incoming(self) -> bool:
        """Whether mail of others may lie there: no Sent, Drafts, Trash, Junk (RFC 6154)."""
        return not set(NOT_FOR_READING) & set(self.flags)


def listed(item: Any) -> Listed | None:
    """A line of LIST as the library gives it: bytes, or a pair when the name came as a literal."""
    line, literal = item if isinstance(item, tuple) else (item, None)
    if not isinstance(line, bytes):
        return None
    match = LISTED.match(line)
    if match is None:
        return None
    name = literal if literal is not None else match["name"].strip()
    if literal is None and name.startswith(b'"'):
        name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
    separator = match["mark"].strip(b'"').decode("latin-1")
    flags = tuple(match["flags"].decode("latin-1").lower().split())
    return Listed(_decoded(name), flags, "" if separator == "NIL" else separator[-1:])


def _decoded(name: bytes) -> str:
    """QUIRK: some servers send names in UTF-8 or with a broken `&`."""
    try:
        return str(imap_utf7.decode(name))
    except (ValueError, IndexError):
        return name.decode("utf-8", "replace")


def below(root: str, found: Sequence[Listed]) -> list[str]:
    """The folders below `root` that mail comes into."""
    return [
        one.name for one in found if one.separator and one.name.startswith(root + one.separator) and one.is_for_incoming
    ]


def quoted(folder: str) -> str:
    """A folder's name in modified UTF-7, quoted."""
    encoded = imap_utf7.encode(folder)
    text = encoded.decode("ascii") if isinstance(encoded, bytes) else str(encoded)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "") + '"'


def uid_set(uids: Sequence[int]) -> str:
    """A sequence set with runs folded: 1,2,3,7 becomes 1:3,7."""
    runs: list[list[int]] = []
    for uid in sorted(uids):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)
