"""Receiving from Dovecot on loopback until everything is stored, by one process, against django-mailbox.

Ours keeps the original bytes durable before the server is told, parses, threads and indexes; the peer is used as it
comes, on the same database with the same durability. Both delete the mail on the server once they have it.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench import letters, peers, stage
from bench.contenders import Contender, Meter, Table, race
from tests.servers.dovecot import DovecotServer
from tests.servers.postgres import PostgresServer

PEER = ("django-mailbox==4.10.1", "Django==5.2.*", "psycopg[binary]==3.2.*")
NEEDED = 5


def bench(small: bool) -> list[Table]:
    """One table a database."""
    count = 300 if small else 10_000
    files = letters.make(count)
    with stage.dovecot() as server, stage.durable_postgres() as postgres:
        place = Place(server, files, postgres)
        return [_table(place, database) for database in ("sqlite", "postgresql")]


class Place:
    """Mailboxes and databases: fresh ones for every run, because both delete what they have received."""

    def __init__(self, server: DovecotServer, files: Sequence[Path], postgres: PostgresServer) -> None:
        self.server, self.files, self.postgres = server, files, postgres

    def ours(self, database: str) -> Mapping[str, str]:
        """A filled mailbox and a fresh Mailroom on that database."""
        url = stage.fresh_database(self.postgres, "ours") if database == "postgresql" else ""
        return {**self._box(), **stage.fresh_installation(f"receive-{database}", url)}

    def peers(self, database: str) -> Mapping[str, str]:
        """A filled mailbox and a fresh place for the peer's tables and files."""
        url = stage.fresh_database(self.postgres, "peer") if database == "postgresql" else ""
        folder = stage.fresh_folder(f"receive-peer-{database}")
        return {**self._box(), "PEER_DATA": str(folder), "PEER_DATABASE": url}

    def _box(self) -> dict[str, str]:
        box = self.server.add_mailbox()
        stage.fill(box, self.files)
        return {"BENCH_BOX": f"{self.server.host} {self.server.ports['imap']} {box.username} {box.password}"}


def _table(place: Place, database: str) -> Table:
    count = str(len(place.files))
    peer = [peers.python(*PEER), "-m", "bench.receive_peer", count]
    ours = [sys.executable, "-m", "bench.receive", count]
    table = race(
        f"receive-{database}",
        f"Receiving into {database}",
        [
            Contender("django-mailbox", peer, prepare=partial(place.peers, database), yardstick=True),
            Contender("mailroom", ours, prepare=partial(place.ours, database)),
        ],
    )
    note = f"mailroom is {table.row('mailroom').ratio:.1f} × django-mailbox (asked: at least {NEEDED})"
    return Table(table.name, table.title, table.count, table.rounds, table.yardstick, table.rows, [note])


def case(count: int) -> None:
    """Receive the mailbox that BENCH_BOX names into the installation that the environment names."""
    import django

    host, port, username, password = os.environ["BENCH_BOX"].split()

    django.setup()
    from django.utils import timezone

    from mailroom.flows.receiving import receive
    from mailroom.flows.receiving.models import ReceivingOptions
    from mailroom.records.email_accounts.models import EmailAccount
    from mailroom.records.emails.models import Email

    account = EmailAccount.objects.create(
        email_account_id="BENCH",
        email_address=username,
        incoming_mail_protocol="IMAP",
        incoming_mail_server=host,
        incoming_server_port=int(port),
        incoming_server_encrypted_connection="none",
        username=username,
        password=password,
    )
    ReceivingOptions.objects.create(account=account, remove_messages_from_server=True)
    with Meter() as meter:
        result = measured(lambda: receive.receive_account(account.pk, timezone.now()))
    assert Email.objects.count() == result.stored == count, result
    meter.report(count, letters.bytes_of(count))


def measured(run: Callable[[], Any]) -> Any:
    """Run, under a profiler where BENCH_PROFILE names a file for it."""
    if not (path := os.environ.get("BENCH_PROFILE")):
        return run()
    import cProfile

    profile = cProfile.Profile()
    try:
        return profile.runcall(run)
    finally:
        profile.dump_stats(path)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "mailroom.settings"
    case(int(sys.argv[1]))
