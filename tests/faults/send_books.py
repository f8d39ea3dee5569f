"""What the kill tests share: a queue, a sink that keeps exact books, and the comparison of both with the ledger."""

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from mailroom.flows.sending import bulk
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Recipient, Status
from tests.servers.hostile.smtp import HostileSmtp


@dataclass(frozen=True, slots=True)
class Books:
    """The kills, the sink's record and the ledger's."""

    kills: int
    taken: Counter[str]
    ledger: dict[str, str]
    statuses: Counter[str]


def queue(account: EmailAccount, count: int, now: datetime) -> None:
    """So many mails in the queue, each to an address of its own."""
    with transaction.atomic():
        drafts = [
            compose.create(DraftFields(account, [Address("", f"r{number}@example.org")], text="Hello"), now, None).pk
            for number in range(count)
        ]
    assert len(bulk.enqueue_many(drafts, now).ids) == count


def database_url() -> str:
    """The test database as another process reaches it."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return f"postgresql://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def environment() -> dict[str, str]:
    """That of a process which shares the test database."""
    return os.environ | {"MAILROOM_DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "mailroom.settings"}


def kill(account: EmailAccount, server: HostileSmtp, kills: int, workers: int, seed: int) -> Books:
    """Kill workers so many times while they send, let them finish, and read both books."""
    connection.close()
    command = [sys.executable, "-m", "tests.faults.send_nest", *map(str, (account.pk, kills, workers, seed))]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stderr
    return books(account, server, int(done.stdout.split()[-1]))


def freeze(account: EmailAccount, server: HostileSmtp, after: int, lease: int) -> Books:
    """Stop one worker dead after so many marks, have another send when the lease is over, and wake the first one."""
    connection.close()
    command = [sys.executable, "-m", "tests.faults.send_worker", str(account.pk)]
    with subprocess.Popen([*command, "0", str(after)], env=environment()) as stuck:
        os.waitid(os.P_PID, stuck.pid, os.WSTOPPED | os.WNOWAIT)
        try:
            done = subprocess.run([*command, str(lease + 1), "0"], env=environment(), timeout=120)
        finally:
            stuck.send_signal(signal.SIGCONT)
        woken = stuck.wait(timeout=60)
    assert (done.returncode, woken) == (0, 0)
    return books(account, server, 1)


def books(account: EmailAccount, server: HostileSmtp, kills: int) -> Books:
    """Both books as they stand."""
    rows = Recipient.objects.filter(email__account=account)
    return Books(
        kills,
        Counter(address for recipients, _raw in server.taken for address in recipients),
        dict(rows.values_list("address", "outcome")),
        Counter(Email.objects.filter(account=account).values_list("status", flat=True)),
    )


def compare(books: Books, count: int, in_flight: int) -> None:
    """0 lost, 0 doubled; in doubt are only the mails in flight, at most `in_flight` a kill, and they say so."""
    doubtful = {address for address, outcome in books.ledger.items() if outcome == "in_doubt"}
    accepted = {address for address, outcome in books.ledger.items() if outcome == "accepted"}
    assert len(books.ledger) == count
    assert accepted | doubtful == set(books.ledger), "lost, or still waiting"
    assert max(books.taken.values()) == 1, "doubled"
    assert accepted <= set(books.taken), "the ledger says accepted, the sink has nothing"
    assert set(books.taken) - accepted <= doubtful
    assert len(doubtful) <= books.kills * in_flight
    assert books.statuses == Counter(
        {key: number for key, number in ((Status.PROCESSED, len(accepted)), (Status.FAILED, len(doubtful))) if number}
    )
