"""A mail as a stream of tokens: words of subject, body and file names, and marked words for fields and addresses.

The streams of both databases are the same. A marked word ("§ssummer") stands for a word in one field; `GAP` stands
between fields, so that a phrase never reaches over; `EVERY` is in each mail, so that "-word" alone can be asked.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from mailroom.records.emails.search import words

MARK = "§"
EVERY = "§e"
GAP = "§g"
SUBJECT, SENDER, TO, CC, BCC, ADDRESS = (f"{MARK}{letter}" for letter in "sftcba")
MOST_TOKENS = 16_000  # PostgreSQL keeps positions up to 16,383
MOST_REPEATS = 255  # and 255 of them for one word
MOST_ADDRESSES = 200
BODY_WORDS = 10_000
BODY_LETTERS = 200_000
FILE_WORDS = 1_000


@dataclass(frozen=True, slots=True)
class Searched:
    """What can be found of one mail; addresses are "name address" in one text each."""

    subject: str = ""
    sender: str = ""
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    body: str = ""
    files: Sequence[str] = field(default=())


def tokens(mail: Searched) -> list[str]:
    """The stream of a mail; any text gives one, none is longer than `MOST_TOKENS`."""
    subject = words.split(mail.subject)[:500]
    stream = [EVERY, *_marked(SUBJECT, subject), GAP, *subject, GAP]
    for mark, group in ((SENDER, [mail.sender]), (TO, mail.to), (CC, mail.cc), (BCC, mail.bcc)):
        for one in islice(group, MOST_ADDRESSES):
            found = _of_address(one)
            stream += [*_marked(mark, found), GAP, *_marked(ADDRESS, found), GAP]
    for name in islice(mail.files, 100):
        stream += [*words.first(name, FILE_WORDS // 100), GAP]
    stream += words.first(mail.body[:BODY_LETTERS], BODY_WORDS)
    return _bounded(stream)


def address_words(mail: Searched) -> set[str]:
    """The words of all names and addresses of a mail: what parts of addresses are found by."""
    texts = [mail.sender, *islice(mail.to, MOST_ADDRESSES), *islice(mail.cc, MOST_ADDRESSES)]
    texts += islice(mail.bcc, MOST_ADDRESSES)
    return {word for text in texts for word in _of_address(text)}


@lru_cache(maxsize=4096)
def _of_address(text: str) -> tuple[str, ...]:
    """The words of "name address"; the same people write again and again."""
    return tuple(words.split(text[:2000])[:20])


def _marked(mark: str, found: Iterable[str]) -> list[str]:
    return [mark + word for word in found]


def _bounded(stream: list[str]) -> list[str]:
    """Repeats beyond what PostgreSQL keeps become gaps, in both databases."""
    stream = stream[:MOST_TOKENS]
    if len(stream) <= MOST_REPEATS:
        return stream
    counted = Counter(stream)
    del counted[GAP]
    if max(counted.values()) <= MOST_REPEATS:
        return stream
    seen: Counter[str] = Counter()
    bounded = []
    for token in stream:
        seen[token] += 1
        bounded.append(token if seen[token] <= MOST_REPEATS else GAP)
    return bounded
