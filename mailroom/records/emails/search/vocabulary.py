"""The words that addresses and names are made of: finds those that hold a part, or differ from it by a typing error."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from mailroom.base import rows
from mailroom.records.emails.models.search import AddressGram, AddressWord

MOST = 100
FEW = 50  # words that are asked for one by one; beyond, the index is asked for whatever begins so
LOOKED_AT = 300
BATCH = 500
SHORTEST_GUESS = 4
LONG = 8


def grams(word: str) -> set[str]:
    """Every three letters in a row."""
    return {word[place : place + 3] for place in range(len(word) - 2)}


def padded(word: str) -> set[str]:
    """The grams of the word with its ends marked, which tell near words apart from those that merely share letters."""
    return grams(f"^{word}$")


def learn(found: Collection[str]) -> None:
    """Note the words of a batch of mails; words known already cost one look."""
    wanted = sorted(word for word in found if len(word) > 2)
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        known = set(AddressWord.objects.filter(word__in=batch).values_list("word", flat=True))
        # In order, so that two filers that learn the same words never wait for each other.
        new = [word for word in batch if word not in known]
        if new:
            _learn_new(new)


def _learn_new(new: Sequence[str]) -> None:
    rows.insert_missing(AddressWord, ("word", "length"), [(word, len(word)) for word in new])
    keys = AddressWord.objects.filter(word__in=new).order_by("word").values_list("pk", "word")
    held = [(gram, key) for key, word in keys for gram in sorted(padded(word))]
    rows.insert_missing(AddressGram, ("gram", "word_id"), held)


@dataclass(frozen=True, slots=True)
class Known:
    """The known words that hold a part: those that begin with it (None: too many to name), and the others."""

    beginning: Sequence[str] | None
    inside: Sequence[str]


def holding(part: str) -> Known:
    """The known words that hold `part`, shortest first. One of fewer than three letters is not looked up."""
    if len(part) < 3:
        return Known(None, [])
    wanted = grams(part)
    found = _sharing(wanted, len(wanted)).filter(word__contains=part).values_list("word", flat=True)
    words = list(found.order_by("length", "pk")[:LOOKED_AT])
    beginning = [word for word in words if word.startswith(part)]
    inside = [word for word in words if not word.startswith(part)][:MOST]
    return Known(beginning if len(words) < LOOKED_AT and len(beginning) <= FEW else None, inside)


def near(part: str) -> list[str]:
    """The known words that differ from `part` by one typing error, by two where it is long."""
    if len(part) < SHORTEST_GUESS:
        return []
    allowed = 2 if len(part) >= LONG else 1
    wanted = padded(part)
    close = range(len(part) - allowed, len(part) + allowed + 1)
    found = _sharing(wanted, max(1, len(wanted) - 4 * allowed)).filter(length__in=close)
    likely = found.order_by("-shared", "pk").values_list("word", flat=True)[:LOOKED_AT]
    return [word for word in likely if 0 < distance(part, word, allowed) <= allowed][:MOST]


def _sharing(wanted: set[str], least: int) -> QuerySet[Any]:
    any_shared: QuerySet[Any] = AddressWord.objects.filter(grams__gram__in=sorted(wanted))
    sharing: QuerySet[Any] = any_shared.annotate(shared=Count("grams")).filter(shared__gte=least)
    return sharing


def distance(one: str, other: str, most: int) -> int:
    """How many letters were left out, added, mistaken or swapped; `most` + 1 when more than that."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        new = [i]
        for j, wanted in enumerate(other, 1):
            best = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, before[j - 2] + 1)
            new.append(best)
        if min(new) > most:
            return most + 1
        before, row = row, new
    return min(row[-1], most + 1)
