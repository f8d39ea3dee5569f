"""A sending worker as a process of its own: it sends until nothing waits.

Usage: python -m tests.faults.send_worker ACCOUNT AHEAD STOP. Its clock goes AHEAD seconds; when it has committed STOP
marks it stops dead, as SIGSTOP does, with a mail in flight; 0 never stops.
"""

import os
import signal
import sys
import time
from datetime import datetime, timedelta

import django

django.setup()

from mailroom.base import clock  # noqa: E402 after the settings
from mailroom.flows.sending import journal, send  # noqa: E402
from mailroom.records.emails.models import Email  # noqa: E402


def main() -> None:
    """Send, stop where that is asked for, go on when somebody says so."""
    account_id, ahead, stop = map(int, sys.argv[1:])
    commit_mark, marked = journal.mark, 0

    def now() -> datetime:
        return clock.now() + timedelta(seconds=ahead)

    def told(*arguments: object) -> None:
        nonlocal marked
        commit_mark(*arguments)  # type: ignore[arg-type]  # passed on as they came
        marked += 1
        if marked == stop:
            os.kill(os.getpid(), signal.SIGSTOP)

    journal.mark = told
    while Email.objects.filter(account_id=account_id, status__in=("pending", "in_process")).exists():
        send.send_account(account_id, now(), read_clock=now)
        time.sleep(0.02)


if __name__ == "__main__":
    main()
