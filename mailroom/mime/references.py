"""Message-IDs and the fields that name them (RFC 5322 §3.6.4), and the threads they make."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

IN_BRACKETS = re.compile(r"<\s*([^<>\s][^<>]*?)\s*>")
PLAIN_ID = re.compile(r"<[!-;=?-~]+>")  # one id and nothing else
PLAIN_IDS = re.compile(r"<[!-;=?-~]+>(?:[ \t]+<[!-;=?-~]+>)*")
MOST_REFERENCES = 100
Key = TypeVar("Key", bound=Hashable)


def message_id(text: str) -> str:
    """The one Message-ID in a field, without brackets; a bare word is taken as it stands."""
    if PLAIN_ID.fullmatch(text):
        return text[1:-1]
    found = IN_BRACKETS.search(text)
    if found:
        return "".join(found[1].split())
    return "".join(text.split()).strip("<>")


def message_ids(text: str) -> tuple[str, ...]:
    """All Message-IDs of In-Reply-To or References, in order, each once.

    QUIRK: some programs put names and dates into In-Reply-To (RFC 822 allowed it): only what stands in brackets counts.
    QUIRK: some leave the brackets out: then words with an @ count.
    """
    if not text:
        return ()
    if PLAIN_IDS.fullmatch(text):
        return tuple(dict.fromkeys(text.replace("<", " ").replace(">", " ").split()))[-MOST_REFERENCES:]
    found: Iterable[str] = IN_BRACKETS.findall(text)
    if "<" not in text:
        found = [word.strip(",;\"'") for word in text.split() if "@" in word]
    unique = dict.fromkeys("".join(item.split()) for item in found)
    return tuple(unique)[-MOST_REFERENCES:]


def for_reply(parent_id: str, parent_references: Sequence[str], parent_in_reply_to: Sequence[str]) -> tuple[str, ...]:
    """The References of a reply: the parent's (or its lone In-Reply-To), then the parent; cut in the middle."""
    chain = list(parent_references) or (list(parent_in_reply_to) if len(parent_in_reply_to) == 1 else [])
    chain = [item for item in dict.fromkeys(chain) if item != parent_id]
    if parent_id:
        chain.append(parent_id)
    return tuple(chain if len(chain) <= 20 else [chain[0], *chain[-19:]])


def group(links: Mapping[Key, Sequence[str]]) -> dict[Key, Key]:
    """For each message (by the caller's key) the key that leads its thread: who shares an id belongs together.

    `links` gives each message's own id first, then the ids it names. Loops and missing roots do no harm.
    """
    leader: dict[Key, Key] = {key: key for key in links}
    bearer: dict[str, Key] = {}

    def find(key: Key) -> Key:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for key, ids in links.items():
        for named in ids:
            if named:
                leader[find(bearer.setdefault(named, key))] = find(key)
    return {key: find(key) for key in links}
