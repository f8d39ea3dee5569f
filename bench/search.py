"""Server time of searches in Incoming and in All emails, with a million emails, on SQLite and PostgreSQL."""

import random
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from bench import million, pages
from bench.pages import Pages

TITLE = "Searches"


def bench(small: bool) -> list[Pages]:
    """One table a database."""
    count, repeats = (20_000, 5) if small else (1_000_000, 30)
    return [pages.table(kind, "search", TITLE, count, repeats) for kind in ("sqlite", "postgresql")]


def addresses() -> Iterator[tuple[str, str]]:
    """The pages by name."""
    for name, text in searches().items():
        for window in ("co409000", "co409070"):
            yield f"{window} search {name}", f"/{window}/?tab=all&q={quote(text)}"


def searches() -> Mapping[str, str]:
    """A common word, one in the middle, a rare one, how people combine them, and every operator."""
    words = million.Words(random.Random(million.SEED)).all
    common, middle, rare = words[0], words[500], words[30_000]
    return {
        "common word": common,
        "two common words": f"{words[1]} {words[2]}",
        "word in the middle": middle,
        "rare word": rare,
        "common and rare": f"{common} {rare}",
        "phrase": f'"{words[0]} {words[3]}"',
        "part of an address": "account1@mail",
        "from": f"from:{words[2003]}",
        "to": "to:account3@mailroom.test",
        "status and word": f"status:failed {common}",
        "has attachment and word": f"has:attachment {middle}",
        "before and word": f"before:2022-06-01 {common}",
        "after and word": f"after:2025-06-01 {middle}",
        "without a word": f"{middle} -{common}",
        "no such word": "zzzyx",
        "typing error": "from:acount1",
    }
