"""Server time of pages with a million emails, on SQLite and PostgreSQL: what `windows` and `search` have in common.

One database of each kind is built under $BENCH_ROOT and kept for the next run. Each page is asked for through Django's
own client in a process of its own: the time of middleware, queries and templates, without a socket.
`python -m bench.pages MODULE REPEATS` asks for the pages that `bench.MODULE.addresses()` names, as two people.
"""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench import contenders, million

PEOPLE = {"person1": "administrator", "person7": "agent"}


@dataclass(frozen=True, slots=True)
class Pages:
    """Milliseconds of each page by its name, and how many queries the pages make."""

    name: str
    title: str
    repeats: int
    times: dict[str, list[float]]
    queries: str

    @property
    def slowest(self) -> float:
        """The slowest page's p95, in milliseconds."""
        return max(at(times, 0.95) for times in self.times.values())

    def markdown(self) -> str:
        """The pages as Markdown, slowest first."""
        lines = [
            f"### {self.title}",
            "",
            f"Each page {self.repeats} times after one that warms up; milliseconds of server time.",
            "",
            "| page | p50 | p95 | slowest |",
            "| --- | ---: | ---: | ---: |",
        ]
        for name, times in sorted(self.times.items(), key=lambda item: -at(item[1], 0.95)):
            lines.append(f"| {name} | {at(times, 0.5):.1f} | {at(times, 0.95):.1f} | {max(times):.1f} |")
        note = (
            f"- Slowest p95 of all pages: {self.slowest:.1f} ms (asked: under 50 ms). Queries a page: {self.queries}."
        )
        return "\n".join([*lines, "", note, ""])


def table(kind: str, module: str, title: str, count: int, repeats: int) -> Pages:
    """The pages of a bench module with `count` emails on "sqlite" or "postgresql"."""
    variables, server = million.ready(kind, count)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.pages", module, str(repeats)],
            cwd=contenders.REPOSITORY,
            env=os.environ | dict(variables),
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        if server is not None:
            server.stop()
    if done.returncode:
        raise contenders.ContenderFailed(f"bench.{module} on {kind}: status {done.returncode}")
    found = json.loads(done.stdout.splitlines()[-1])
    return Pages(f"{module}-{kind}", f"{title}, {count:,} emails, {kind}", repeats, found["pages"], found["queries"])


def at(times: Sequence[float], share: float) -> float:
    """The time below which that share of the times lies."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def measure(module: str, repeats: int) -> None:
    """Ask for every page as an administrator and as an agent; prints the times as one line of JSON."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailroom.settings")
    django.setup()
    from django.conf import settings
    from django.test import Client

    from mailroom.faces import warm
    from mailroom.records.organisation.models import User

    warm.up()  # as the web process does before it serves
    settings.ALLOWED_HOSTS = ["testserver"]
    bench = importlib.import_module(f"bench.{module}")
    pages: dict[str, list[float]] = {}
    queries: set[int] = set()
    for login, role in PEOPLE.items():
        client = Client()
        client.force_login(User.objects.get(login=login), "django.contrib.auth.backends.ModelBackend")
        for name, address in bench.addresses():
            times, count = _ask(client, address, repeats)
            pages[f"{name}, {role}"] = times
            queries.add(count)
            print(f"{at(times, 0.5):8.1f} {at(times, 0.95):8.1f}  {name}, {role}", file=sys.stderr, flush=True)
        if hasattr(bench, "openings"):
            pages[f"opening an email, {role}"] = bench.openings(client, repeats)
    print(json.dumps({"pages": pages, "queries": f"{min(queries)} to {max(queries)}"}))


def _ask(client: Any, address: str, repeats: int) -> tuple[list[float], int]:
    """The times of one page in milliseconds, and how many queries it makes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    times = []
    for _repeat in range(repeats):
        start = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return times, len(captured)


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]))
