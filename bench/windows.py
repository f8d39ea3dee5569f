"""Server time of every list page and of opening an email, with a million emails, on SQLite and PostgreSQL.

`python -m bench windows` builds one database of each kind under $BENCH_ROOT and keeps it for the next run. Each page is
asked for through Django's own client in the process: the time of middleware, queries and templates, without a socket.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from bench import contenders, million
from bench.contenders import Row, Table

TITLE = "Server time of list pages, one million emails"
FAILED_MINE = [
    {"property": "status", "condition": "equals", "value": "failed", "then": "or"},
    {"property": "owner", "condition": "equals", "value": "Person 7"},
]
LATELY = [{"property": "date", "condition": "at_least", "value": "2025-11-01"}]
HOLDS = [{"property": "subject", "condition": "contains", "value": "offer"}]
WINDOWS = ("co409000", "co409080", "co409070")


def bench(small: bool) -> list[Table]:
    """One table a database: milliseconds of each page, p50 and p95, for an administrator and for an agent."""
    count = 20_000 if small else 1_000_000
    return [_table(kind, count, 5 if small else 30) for kind in ("sqlite", "postgresql")]


def _table(kind: str, count: int, repeats: int) -> Table:
    variables, server = million.ready(kind, count)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.windows", str(repeats)],
            cwd=contenders.REPOSITORY,
            env=os.environ | dict(variables),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        if server is not None:
            server.stop()
    if done.returncode:
        raise contenders.ContenderFailed(done.stderr[-3000:])
    found = json.loads(done.stdout.splitlines()[-1])
    rows = [_row(name, times) for name, times in found["pages"].items()]
    notes = [
        f"{name}: p50 {_at(times, 0.5):.1f} ms, p95 {_at(times, 0.95):.1f} ms" for name, times in found["pages"].items()
    ]
    slowest = max(_at(times, 0.95) for times in found["pages"].values())
    notes.append(f"Slowest p95 of all pages: {slowest:.1f} ms. Queries a page: {found['queries']}.")
    return Table(f"windows-{kind}", f"{TITLE}, {kind}", repeats, 1, rows[0].name, rows, notes)


def _row(name: str, times: Sequence[float]) -> Row:
    rates = [1000 / one for one in times]
    return Row(name, statistics.median(rates), min(rates), max(rates), 0.0, _at(times, 0.5), 0.0, 1.0, {})


def _at(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def addresses() -> Iterator[tuple[str, str]]:
    """The pages by name."""
    for window in WINDOWS:
        yield f"{window} first page", f"/{window}/?tab=all"
        yield f"{window} deep page", f"/{window}/?tab=all&deep"
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
    for name, text in SEARCHES.items():
        yield f"co409000 search {name}", f"/co409000/?tab=all&q={quote(text)}"
        yield f"co409070 search {name}", f"/co409070/?tab=all&q={quote(text)}"


SEARCHES: dict[str, str] = {}


def measure(repeats: int) -> None:
    """Ask for every page as two people; prints the times as one line of JSON."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailroom.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from mailroom.records.organisation.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    SEARCHES.update(searches())
    pages: dict[str, list[float]] = {}
    queries: set[int] = set()
    for login in ("person1", "person7"):
        client = Client()
        client.force_login(User.objects.get(login=login), "django.contrib.auth.backends.ModelBackend")
        role = "administrator" if login == "person1" else "agent"
        for name, plain in addresses():
            address = deep(client, plain)
            client.get(address)
            times = []
            for _repeat in range(repeats):
                start = time.perf_counter()
                answer = client.get(address)
                times.append((time.perf_counter() - start) * 1000)
                if answer.status_code != 200:
                    raise RuntimeError(f"{address} answers {answer.status_code}")
            pages[f"{name}, {role}"] = times
            print(f"{_at(times, 0.5):8.1f} {_at(times, 0.95):8.1f}  {name}, {role}", file=sys.stderr, flush=True)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                client.get(address)
            queries.add(len(captured))
        pages[f"opening an email, {role}"] = openings(client, repeats)
    print(json.dumps({"pages": pages, "queries": f"{min(queries)} to {max(queries)}"}))


def openings(client: Any, repeats: int) -> list[float]:
    """Emails of all ages in the reading pane; the first of them warms up."""
    from mailroom.records.emails.models import Email

    newest = Email.objects.latest("pk").pk
    times = []
    for number in range(repeats + 1):
        key = newest - 1 - number * (newest // (repeats + 2))
        start = time.perf_counter()
        client.get(f"/co409070/?open={key}", headers={"HX-Request": "true", "HX-Target": "reader"})
        times.append((time.perf_counter() - start) * 1000)
    return times[1:]


def deep(client: Any, address: str) -> str:
    """Where the address asks for a deep page, one far from both ends."""
    if not address.endswith("&deep"):
        return address
    from datetime import UTC, datetime

    from mailroom.faces.windows.kit.keyset import Cursor

    return f"{address.removesuffix('&deep')}&after={Cursor((datetime(2023, 6, 1, tzinfo=UTC),), 500_000)}"


def searches() -> dict[str, str]:
    """A common word, one in the middle, a rare one, and how people combine them."""
    import random

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
        "status and word": f"status:failed {common}",
        "without a word": f"{middle} -{common}",
        "no such word": "zzzyx",
        "typing error": "from:acount1",
    }


if __name__ == "__main__":
    measure(int(sys.argv[1]))
