"""Server time of every list page and of opening an email, with a million emails, on SQLite and PostgreSQL."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bench import pages
from bench.pages import Pages

TITLE = "List pages"
FAILED_MINE = [
    {"property": "status", "condition": "equals", "value": "failed", "then": "or"},
    {"property": "owner", "condition": "equals", "value": "Person 7"},
]
LATELY = [{"property": "date", "condition": "at_least", "value": "2025-11-01"}]
HOLDS = [{"property": "subject", "condition": "contains", "value": "offer"}]
WINDOWS = ("co409000", "co409080", "co409070")
FAR_FROM_BOTH_ENDS = datetime(2023, 6, 1, tzinfo=UTC)


def bench(small: bool) -> list[Pages]:
    """One table a database."""
    count, repeats = (20_000, 5) if small else (1_000_000, 30)
    return [pages.table(kind, "windows", TITLE, count, repeats) for kind in ("sqlite", "postgresql")]


def addresses() -> Iterator[tuple[str, str]]:
    """The pages by name."""
    from mailroom.faces.windows.kit.keyset import Cursor

    deep = Cursor((FAR_FROM_BOTH_ENDS,), 500_000)
    for window in WINDOWS:
        yield f"{window} first page", f"/{window}/?tab=all"
        yield f"{window} deep page", f"/{window}/?tab=all&after={deep}"
        yield f"{window} last page", f"/{window}/?tab=all&last=1"
        for column in ("subject", "from", "date", "-subject", "-from"):
            yield f"{window} sorted by {column}", f"/{window}/?tab=all&sort={column}"
        for name, lines in (("failed or one owner's", FAILED_MINE), ("lately", LATELY), ("subject contains", HOLDS)):
            yield f"{window} filtered: {name}", f"/{window}/?tab=all&filter={quote(json.dumps(lines))}"
    for tab in ("unread", "mine", "workgroup", "unassigned", "unprocessed"):
        yield f"co409000 tab {tab}", f"/co409000/?tab={tab}"
    for tab in ("outgoing", "incoming", "failed", "archived"):
        yield f"co409070 tab {tab}", f"/co409070/?tab={tab}"
    yield "co409080 tab mine", "/co409080/?tab=mine"


def openings(client: Any, repeats: int) -> list[float]:
    """Milliseconds of emails of all ages in the reading pane; the first of them warms up."""
    from mailroom.records.emails.models import Email

    newest = Email.objects.latest("pk").pk
    times = []
    for number in range(repeats + 1):
        key = newest - 1 - number * (newest // (repeats + 2))
        start = time.perf_counter()
        client.get(f"/co409070/?open={key}", headers={"HX-Request": "true", "HX-Target": "reader"})
        times.append((time.perf_counter() - start) * 1000)
    return times[1:]
