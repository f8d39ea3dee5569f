"""A process that forks sending workers and kills them: started once, so that a kill costs milliseconds.

Usage: python -m tests.faults.send_nest ACCOUNT KILLS WORKERS SEED; prints how many were killed when all mail is out.
"""

import os
import random
import select
import signal
import sys
import time

import django

django.setup()

from django.db import connections  # noqa: E402 after the settings

from mailroom.base import clock  # noqa: E402
from mailroom.flows.sending import journal, send  # noqa: E402
from mailroom.records.emails.models import Email  # noqa: E402

MARKS, MARKED = os.pipe()  # each mark that a worker commits is a byte here, so that kills fall among mails
commit_mark = journal.mark


def told(*arguments: object) -> None:
    """Commit a mark and tell the nest."""
    commit_mark(*arguments)  # type: ignore[arg-type]  # passed on as they came
    os.write(MARKED, b".")


def work(account_id: int) -> None:
    """Send until nothing waits; never returns."""
    journal.mark = told
    send.CLAIM = 12  # what a killed worker held is given back mail by mail: few, so that a kill costs little
    while Email.objects.filter(account_id=account_id, status__in=("pending", "in_process")).exists():
        send.send_account(account_id, clock.now())
        time.sleep(0.02)
    os._exit(0)


def hatch(account_id: int) -> int:
    """A worker's process; this one holds no connection that the child could share."""
    child = os.fork()
    if child:
        return child
    work(account_id)
    raise AssertionError


def main() -> None:
    """Kill at random moments, then let the workers finish."""
    account_id, kills, workers, seed = map(int, sys.argv[1:])
    chance = random.Random(seed)
    children = [hatch(account_id) for _worker in range(workers)]
    killed = 0
    while killed < kills and select.select([MARKS], [], [], 20.0)[0]:
        os.read(MARKS, chance.randrange(1, 6))
        time.sleep(chance.choice((0, 0, chance.uniform(0, 0.004))))
        place = chance.randrange(workers)
        os.kill(children[place], signal.SIGKILL)
        os.waitpid(children[place], 0)
        children[place] = hatch(account_id)
        killed += 1
    print(killed, flush=True)
    while children:
        if select.select([MARKS], [], [], 0.05)[0]:
            os.read(MARKS, 65536)
        children = [child for child in children if os.waitpid(child, os.WNOHANG) == (0, 0)]
    connections.close_all()


if __name__ == "__main__":
    main()
