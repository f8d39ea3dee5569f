"""A million emails of a business of forty people, written into a migrated database and kept for the next bench.

`python -m bench.million fill COUNT` fills the database that the environment names; `ready(kind)` gives a filled one.
"""

import itertools
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import contenders
from tests.servers import postgres, processes

SEED = 20261124
PEOPLE, WORKGROUPS, ACCOUNTS, PERSONAL = 40, 8, 30, 5
SENDERS = 20_000
BEGINNING = datetime(2021, 1, 4, 8, 0, tzinfo=UTC)
SPAN = timedelta(days=5 * 365)
CHUNK = 5_000
COMMON, VOCABULARY = "offer", 40_000


def ready(kind: str, count: int) -> tuple[Mapping[str, str], Any]:
    """The environment of a filled installation on "sqlite" or "postgresql", and its server (None for SQLite)."""
    folder = contenders.root() / f"million-{kind}-{count}"
    done = folder / "filled"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    variables = {"MAILROOM_DATA": str(folder / "data"), "MAILROOM_DATABASE_URL": ""}
    server = _server(folder) if kind == "postgresql" else None
    if server is not None:
        if not done.exists():
            postgres.create_database(server.url(), "million")
        variables["MAILROOM_DATABASE_URL"] = server.url("million")
    environment = os.environ | variables
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=contenders.REPOSITORY,
        env=environment,
        check=True,
    )
    if not done.exists():
        subprocess.run(
            [sys.executable, "-m", "bench.million", "fill", str(count)],
            cwd=contenders.REPOSITORY,
            env=environment,
            check=True,
        )
        done.touch()
    return variables, server


def _server(folder: Any) -> postgres.PostgresServer:
    server = postgres.PostgresServer()
    shutil.rmtree(server.folder, ignore_errors=True)
    server.folder = folder / "postgres"
    server.folder.mkdir(exist_ok=True)
    server.folder.chmod(0o755)
    for above in (folder, contenders.root()):
        above.chmod(0o755)
    account = processes.unprivileged_user("postgres")
    if os.geteuid() == 0:
        shutil.chown(server.folder, account, account)
    server._settings |= {"shared_buffers": "1GB", "maintenance_work_mem": "1GB", "work_mem": "16MB"}
    return server.start()


class Words:
    """Words by Zipf's law: "offer" is in most mails, the last ones in hardly any."""

    def __init__(self, chance: random.Random) -> None:
        sounds = [c + v for c in "bdfgklmnprstv" for v in "aeiouåø"]
        made = {COMMON: None}
        while len(made) < VOCABULARY:
            made["".join(chance.choices(sounds, k=chance.randint(2, 5))) + chance.choice("nrst")] = None
        self.all = list(made)
        weights = list(itertools.accumulate(1 / (rank + 8) for rank in range(VOCABULARY)))
        self._pool = chance.choices(self.all, cum_weights=weights, k=2_000_000)
        self._chance = chance

    def some(self, count: int) -> str:
        """So many words in a row."""
        start = self._chance.randrange(len(self._pool) - count)
        return " ".join(self._pool[start : start + count])


def people(words: Words, chance: random.Random) -> list[tuple[str, str]]:
    """Names and addresses of those who write to us."""
    found = []
    for number in range(SENDERS):
        first, last = words.all[number % 900 + 1000], words.all[number % 3001 + 2000]
        firm = words.all[number % 4999 + 9]
        found.append((f"{first.title()} {last.title()}", f"{first}.{last}@{firm}.example"))
    return found


def rows(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """The emails as values by column, oldest first; some of them imported later than they were written."""
    words = Words(chance)
    senders = people(words, chance)
    step = SPAN / count
    for number in range(1, count + 1):
        date = BEGINNING + step * number + timedelta(seconds=chance.randrange(600))
        if chance.random() < 0.05:
            date -= timedelta(days=chance.randrange(200))
        yield _row(number, date, count, words, senders, chance)


def _row(
    number: int, date: datetime, count: int, words: Words, senders: Sequence[tuple[str, str]], chance: random.Random
) -> dict[str, Any]:
    incoming = chance.random() < 0.65
    fresh = number > count * 0.995
    state = chance.random()
    status = "processed"
    if state < 0.004:
        status = "failed"
    elif state < 0.012:
        status = "deleted"
    elif fresh and state < 0.05:
        status = "pending"
    archived = status == "processed" and number < count * 0.4 and chance.random() < 0.8
    box = "incoming" if incoming else "sent"
    owner = chance.randrange(1, PEOPLE + 1) if chance.random() < 0.9 else None
    who = senders[min(SENDERS - 1, int(chance.expovariate(1 / 2500)))]
    text = words.some(chance.choice((30, 60, 60, 90, 120, 300)))
    account = min(ACCOUNTS, 1 + int(chance.expovariate(0.2)))
    ours = ("", f"account{account}@mailroom.test")
    return {
        "id": number,
        "direction": "incoming" if incoming else "outgoing",
        "status": status,
        "status_before_delete": "processed" if status == "deleted" else "",
        "box": "deleted" if status == "deleted" else "archived" if archived else box,
        "archived": archived,
        "read": not incoming or chance.random() < (0.8 if fresh else 0.985),
        "account_id": account,
        "thread_id": (number + 1) // 2,
        "owner_id": owner,
        "workgroup_id": chance.randrange(1, WORKGROUPS + 1) if chance.random() < 0.5 else None,
        "created_by_id": None if incoming else chance.randrange(1, PEOPLE + 1),
        "subject": words.some(chance.randint(3, 9)).capitalize(),
        "from_name": who[0] if incoming else "",
        "from_address": who[1] if incoming else ours[1],
        "to_line": ours[1] if incoming else who[0],
        "preview": text[:200],
        "date": date,
        "created_at": date,
        "message_id": f"{number}@bench.example",
        "size": 4000,
        "attachment_count": int(chance.random() < 0.2),
        "error": "The server did not answer." if status == "failed" else "",
        "text": text,
        "who": who,
        "ours": ours,
    }


def fill(count: int) -> None:
    """Fill the database of this process's settings."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailroom.settings")
    django.setup()
    from bench import filling

    filling.fill(count, rows(count, random.Random(SEED)))


if __name__ == "__main__":
    fill(int(sys.argv[2]))
