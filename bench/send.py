"""Sending 10,000 queued mails from the database to a loopback sink, by one process, ledger on.

Yardsticks of the same run: django-post_office as shipped, and one bare pipelined connection that only writes bytes.
Ours records each recipient's outcome and each attempt, and commits a mark before every body.
"""

import os
import sys
import time
from collections.abc import Mapping
from functools import partial

from bench import peers, stage
from bench.contenders import Contender, Meter, Table, race
from bench.send_letter import assembled, html, text
from tests.servers.postgres import PostgresServer
from tests.servers.sink import SmtpSink

PEER = ("django-post-office==3.9.1", "Django==5.2.*", "psycopg[binary]==3.2.*")


def bench(small: bool) -> list[Table]:
    """One table a database."""
    count = 1500 if small else 10_000
    with stage.durable_postgres() as postgres:
        sink = SmtpSink()
        try:
            return [_table(database, count, sink.port, postgres) for database in ("sqlite", "postgresql")]
        finally:
            sink.stop()


def _table(database: str, count: int, port: int, postgres: PostgresServer) -> Table:
    peer, ours = peers.python(*PEER), [sys.executable, "-m", "bench.send"]
    size = str(count)
    table = race(
        f"send-{database}",
        f"Sending from {database}",
        [
            Contender("bare pipelined connection", [*ours, "wire", size, str(port)]),
            Contender(
                "django-post_office",
                [peer, "-m", "bench.send_peer", size, str(port)],
                prepare=partial(_peers, database, postgres),
                yardstick=True,
            ),
            *(
                Contender(
                    f"mailroom, {sessions} session{'s'[: sessions - 1]}",
                    [*ours, str(sessions), size, str(port)],
                    prepare=partial(_ours, database, postgres),
                )
                for sessions in (1, 8, 16)
            ),
        ],
    )
    asked = {"sqlite": (25, 40), "postgresql": (15, 30)}[database]
    wire = table.row("bare pipelined connection").rate
    notes = [
        f"{row.name}: {row.ratio:.1f} × django-post_office (asked 5, aim 10), {row.rate / wire:.0%} of the bare "
        f"connection (asked {asked[0]} %, aim {asked[1]} %)"
        for row in table.rows
        if row.name.startswith("mailroom")
    ]
    return Table(table.name, table.title, table.count, table.rounds, table.yardstick, table.rows, notes)


def _ours(database: str, postgres: PostgresServer) -> Mapping[str, str]:
    url = stage.fresh_database(postgres, "ours") if database == "postgresql" else ""
    return stage.fresh_installation(f"send-{database}", url)


def _peers(database: str, postgres: PostgresServer) -> Mapping[str, str]:
    url = stage.fresh_database(postgres, "peer") if database == "postgresql" else ""
    return {"PEER_DATA": str(stage.fresh_folder(f"send-peer-{database}")), "PEER_DATABASE": url}


def wire(count: int, port: int) -> None:
    """The bytes alone over one pipelined connection: no database."""
    raws = [assembled(number) for number in range(count)]
    with Meter() as meter:
        _pipe(raws, port)
    meter.report(count, sum(map(len, raws)))


def _pipe(raws: list[bytes], port: int) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", port)) as sock, sock.makefile("rb", buffering=1 << 16) as heard:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def replies(wanted: int) -> None:
            while wanted:
                wanted -= heard.readline()[3:4] != b"-"

        replies(1)
        sock.sendall(b"EHLO bench.example\r\n")
        replies(1)
        opening = b"MAIL FROM:<hub@hub.example>\r\nRCPT TO:<user%d@acme.example>\r\nDATA\r\n"
        sock.sendall(opening % 0)
        for number, raw in enumerate(raws):
            replies(3)
            following = opening % (number + 1) if number + 1 < len(raws) else b"QUIT\r\n"
            sock.sendall(raw.replace(b"\n.", b"\n..") + b"\r\n.\r\n" + following)
            replies(1)


def ours(sessions: int, count: int, port: int) -> None:
    """Queue, then drain: only the draining is timed; queueing is told beside it."""
    import django

    django.setup()
    from mailroom.base import clock
    from mailroom.flows.sending import send
    from mailroom.flows.sending.models import SendingOptions
    from mailroom.records.email_accounts.models import EmailAccount
    from mailroom.records.emails.models import Recipient

    account = EmailAccount.objects.create(
        email_account_id="BENCH",
        email_address="hub@hub.example",
        outgoing_mail_server="127.0.0.1",
        outgoing_server_port=port,
        outgoing_server_encrypted_connection="none",
        my_outgoing_server_requires_authentication=False,
        group_mails=1000,
    )
    SendingOptions.objects.create(account=account, most_sessions=sessions)
    began = time.perf_counter()
    _queue(account, count)
    queueing = time.perf_counter() - began
    with Meter() as meter:
        result = measured(lambda: send.send_account(account.pk, clock.now()))
    assert result.sent == count, result
    assert Recipient.objects.filter(outcome="accepted").count() == count
    meter.report(count, 0, queued_a_second=round(count / queueing))


def _queue(account: object, count: int) -> None:
    from django.db import transaction

    from mailroom.base import clock
    from mailroom.flows.sending import bulk
    from mailroom.mime.message import Address
    from mailroom.records.emails import compose
    from mailroom.records.emails.compose import DraftFields

    now = clock.now()
    for start in range(0, count, 1000):
        with transaction.atomic():
            drafts = [
                compose.create(
                    DraftFields(
                        account=account,  # type: ignore[arg-type]
                        to=[Address(f"Customer {number} Müller", f"user{number}@acme.example")],
                        subject=f"Invoice {number} für Müller",
                        text=text(number),
                        html=html(number),
                    ),
                    now,
                    None,
                    index=False,
                ).pk
                for number in range(start, min(start + 1000, count))
            ]
        bulk.enqueue_many(drafts, now, position=start)


def measured(run):  # type: ignore[no-untyped-def]
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
    mode, size, where = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if mode == "wire":
        wire(size, where)
    else:
        ours(int(mode), size, where)
