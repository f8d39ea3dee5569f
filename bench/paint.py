"""What a person waits for in Chromium: the first paint of lists and of the reader, what moves, a new mail on screen.

`python -m bench paint` serves a million emails (20,000 with `--small`) by `mailroom web`, opens each page in a browser
context without cache, and stores mail from another process, as receiving does.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from bench import contenders, million
from bench.contenders import Row, Table
from tests.servers import chromium, processes

TITLE = "First contentful paint in Chromium"
PAGES = {
    "Overview": "/",
    "Incoming": "/co409000/",
    "Incoming, an email open": "/co409000/?open={newest}",
    "My sent emails": "/co409080/",
    "All emails": "/co409070/?tab=all",
    "Pending emails": "/sm507000/?criteria=1",
    "an email in its own window": "/cr306015/{newest}/",
}
# Everything that moved without a person's doing, and the first paint, in milliseconds since the navigation began.
WATCH = """() => { window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  if (!one.hadRecentInput) window.moved += one.value; })).observe({ type: 'layout-shift', buffered: true }); }"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
SEEN = """(words) => { const told = document.documentElement.dataset; delete told.seen; const look = () => {
  if (document.querySelector('#list')?.textContent.includes(words)) told.seen = Date.now();
  else requestAnimationFrame(look); }; look(); }"""
SETTLED = 1500  # milliseconds in which late fragments, fonts and counts arrive
WANTED, STILL = 400, 0.001  # milliseconds, and a layout shift that nobody sees


def bench(small: bool) -> list[Table]:
    """Two tables: paint and layout shift by page, and the time from stored to shown."""
    count = 20_000 if small else 1_000_000
    variables, _server = million.ready("sqlite", count)
    done = subprocess.run(
        [sys.executable, "-m", "bench.paint", "3" if small else "15"],
        cwd=contenders.REPOSITORY,
        env=os.environ | dict(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise contenders.ContenderFailed(done.stderr[-3000:])
    found = json.loads(done.stdout.splitlines()[-1])
    return [_paints(found["paints"], count), _arrivals(found["arrivals"], count)]


def _paints(paints: dict[str, list[list[float]]], count: int) -> Table:
    rows, notes = [], []
    for name, runs in paints.items():
        times, moved = [run[0] for run in runs], max(run[1] for run in runs)
        rows.append(_row(name, times))
        middle = statistics.median(times)
        notes.append(f"{name}: p50 {middle:.0f} ms, slowest {max(times):.0f} ms, layout shift {moved:.3f}")
    everything = [run for runs in paints.values() for run in runs]
    good = all(painted < WANTED and moved < STILL for painted, moved in everything)
    notes.append(f"{'Every' if good else 'Not every'} page is painted within {WANTED} ms and nothing moves.")
    title = f"{TITLE}, {count:,} emails on SQLite, cold cache"
    return Table("paint", title, len(rows), len(next(iter(paints.values()))), rows[0].name, rows, notes)


def _arrivals(times: Sequence[float], count: int) -> Table:
    note = f"A new mail: p50 {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms after its commit."
    title = f"From stored to on screen in an open list, {count:,} emails on SQLite"
    return Table("paint-arrival", title, 1, len(times), "a new mail", [_row("a new mail", times)], [note])


def _row(name: str, times: Sequence[float]) -> Row:
    rates = [1000 / max(one, 0.1) for one in times]
    return Row(name, statistics.median(rates), min(rates), max(rates), 0.0, statistics.median(times), 0.0, 1.0, {})


def measure(repeats: int) -> None:
    """Serve, look, store; prints what was seen as one line of JSON."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailroom.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread; nothing else does
    django.setup()
    from django.conf import settings
    from playwright.sync_api import sync_playwright

    from mailroom.records.emails.models import Email

    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"MAILROOM_PORT": str(port), "MAILROOM_URL": url}
    log = contenders.root() / "paint.log"
    command = [sys.executable, "-m", "mailroom.faces.cli.main", "web"]
    served = processes.start("Mailroom", command, log, environment=environment)
    try:
        served.wait_until(lambda: processes.answers(port), seconds=60)
        cookie, newest = session(), Email.objects.order_by("-date", "-pk").filter(box="incoming")[0].pk
        with sync_playwright() as playwright:
            where = chromium.executable()
            browser = playwright.chromium.launch(executable_path=where, headless=True, args=chromium.QUIET)

            def fresh() -> Any:
                context = browser.new_context(viewport=chromium.DESK)
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
                return context

            addresses = {name: url + path.format(newest=newest) for name, path in PAGES.items()}
            for address in addresses.values():  # what only the first visitor of a process waits for
                look(fresh(), address)
            paints = {name: [look(fresh(), address) for _ in range(repeats)] for name, address in addresses.items()}
            arrivals = arriving(fresh(), addresses["Incoming"], repeats)
            browser.close()
    finally:
        served.stop()
    print(json.dumps({"paints": paints, "arrivals": arrivals}))


def session() -> str:
    """A session of an administrator of the million emails."""
    from django.conf import settings
    from django.test import Client

    from mailroom.records.organisation.models import User

    client = Client()
    client.force_login(User.objects.get(login="person1"), "django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def look(context: Any, address: str) -> list[float]:
    """The first paint in milliseconds, and how much moved until all has come, in a context of its own."""
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    page.goto(address)
    page.locator("html[data-ready]").wait_for()
    page.wait_for_timeout(SETTLED)
    seen = [page.evaluate(PAINTED), page.evaluate("window.moved")]
    context.close()
    return seen


def arriving(context: Any, address: str, repeats: int) -> list[float]:
    """Milliseconds from each commit to the frame in which the open list shows it."""
    page = context.new_page()
    page.goto(address)
    page.locator("html[data-ready]").wait_for()
    page.wait_for_timeout(SETTLED)
    found = []
    for number in range(repeats):
        words = f"Arrived {time.time_ns()} {number}"
        page.evaluate(SEEN, words)
        stored = store(words)
        page.locator("html[data-seen]").wait_for(timeout=30_000)
        found.append(page.evaluate("Number(document.documentElement.dataset.seen)") - stored)
        page.wait_for_timeout(400 + 137 * (number % 5))  # not in step with the clock of the page
    context.close()
    return found


def store(words: str) -> float:
    """Store one mail as receiving does, in a transaction; when it was committed, in milliseconds."""
    from django.db import transaction

    from mailroom.base import clock
    from mailroom.records.email_accounts.models import EmailAccount
    from mailroom.records.emails.models import Email, EmailContent

    account, now = EmailAccount.objects.order_by("pk")[0], clock.now()
    values = {"direction": "incoming", "box": "incoming", "status": "processed", "subject": words}
    with transaction.atomic():
        email = Email.objects.create(account=account, date=now, created_at=now, from_address="a@b.example", **values)
        EmailContent.objects.create(email=email, text="Hello")
    return time.time() * 1000


if __name__ == "__main__":
    measure(int(sys.argv[1]))
