"""The corpus of foreign mail: its files and what their sources state of them."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mailroom.mime import parse
from mailroom.mime.message import Message

ROOT = Path(os.environ.get("MAILROOM_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")


@dataclass(frozen=True)
class Sample:
    """A file of the corpus and its facts."""

    path: str
    capability: str
    expected: dict[str, Any]

    @property
    def raw(self) -> bytes:
        """The file's bytes; a bare body gets the header that a message needs."""
        content = (ROOT / self.path).read_bytes()
        kind = str(self.expected.get("input", ""))
        if not kind or "whole message;" in kind or kind.startswith("a whole"):
            return content
        form = b"html" if "HTML" in kind else b"plain"
        return b"MIME-Version: 1.0\r\nContent-Type: text/" + form + b"; charset=utf-8\r\n\r\n" + content

    @property
    def message(self) -> Message:
        """What Mailroom makes of it."""
        return parse.parse(self.raw)

    def answer(self, name: str) -> str:
        """The text of one of the source's own answer files."""
        file = (ROOT / self.path).parent / "expected" / name.replace("/", "__")
        return file.read_text("utf-8", "replace")


@cache
def facts(folder: str) -> dict[str, Any]:
    """The facts of a folder, by file name."""
    file = ROOT / folder / "facts.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


def samples() -> Iterator[Sample]:
    """Every file of the corpus in the order of its index."""
    for row in json.loads((ROOT / "index.json").read_text()):
        folder, _slash, name = row["file"].rpartition("/")
        fact = facts(folder).get(name, {})
        yield Sample(row["file"], row["capability"], fact.get("expected") or {})
