"""The threads that the corpus states, held against the one rule of threading."""

import mailbox
from collections.abc import Iterator
from pathlib import Path

from mailroom.mime import parse, references
from tests.corpus.claims import Claim
from tests.corpus.reader import ROOT, facts


def claims() -> Iterator[Claim]:
    """One claim for each folder or archive whose threads are stated."""
    for folder in sorted((ROOT / "threading").iterdir()):
        expected = facts(f"threading/{folder.name}").get("*", {}).get("expected", {})
        if "threads_of_two_or_more" not in expected:
            continue
        wanted = sorted(sorted(map(str, thread)) for thread in expected["threads_of_two_or_more"])
        found = _threads(dict(_messages(folder, expected.get("members_are", ""))))
        area = "threads"
        yield Claim(area, f"threading/{folder.name}", "threads", str(wanted)[:160], str(found)[:160], wanted == found)


def _messages(folder: Path, members: str) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.iterdir()):
        if file.name in {"facts.json", "expected"}:
            continue
        if members.startswith("position"):
            box = mailbox.mbox(file, create=False)
            yield from ((str(place), box.get_bytes(key)) for place, key in enumerate(box.keys()))
            box.close()
        else:
            yield file.name, file.read_bytes()


def _threads(raws: dict[str, bytes]) -> list[list[str]]:
    links = {}
    for key, raw in raws.items():
        message = parse.parse(raw)
        links[key] = [message.message_id, *message.references, *message.in_reply_to]
    together: dict[str, list[str]] = {}
    for key, leader in references.group(links).items():
        together.setdefault(leader, []).append(key)
    return sorted(sorted(keys) for keys in together.values() if len(keys) > 1)
