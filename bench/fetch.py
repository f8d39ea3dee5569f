"""Fetching alone: messages over loopback into memory, by our sessions and by a bare socket that only splits literals.

Usage: python -m bench fetch [--small]. At least half of the bare socket's rate is asked of IMAP.
"""

import os
import re
import socket
import sys
from collections.abc import Mapping

from bench import letters, stage
from bench.contenders import Contender, Meter, Table, race

COUNT = 10_000
LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


def bench(small: bool) -> list[Table]:
    """One table: the bare socket, IMAP and POP3."""
    count = 500 if small else COUNT
    files = letters.make(count)
    with stage.dovecot() as server:
        mailbox = server.add_mailbox()
        stage.fill(mailbox, files)
        where = {
            "FETCH_USER": mailbox.address,
            "FETCH_PASSWORD": mailbox.password,
            "FETCH_IMAP": str(server.ports["imap"]),
            "FETCH_POP3": str(server.ports["pop3"]),
            "DJANGO_SETTINGS_MODULE": "mailroom.settings",
        } | stage.fresh_installation("fetch")
        table = race(
            "fetch",
            "Fetching a mailbox into memory, nothing parsed or stored",
            [
                Contender("bare socket, one FETCH", _command("bare"), where, yardstick=True),
                Contender("mailroom, IMAP", _command("imap"), where),
                Contender("mailroom, POP3", _command("pop3"), where),
            ],
        )
    return [table]


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", "bench.fetch", name]


def case(name: str, where: Mapping[str, str]) -> None:
    """Run one contender in this process."""
    {"bare": _bare, "imap": _ours, "pop3": _ours}[name](name, where)


def _bare(_name: str, where: Mapping[str, str]) -> None:
    wire = socket.create_connection(("127.0.0.1", int(where["FETCH_IMAP"])))
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = wire.makefile("rb", buffering=1 << 20)
    stream.readline()
    for command in (f"LOGIN {where['FETCH_USER']} {where['FETCH_PASSWORD']}", "EXAMINE INBOX"):
        wire.sendall(f"a {command}\r\n".encode())
        while not stream.readline().startswith(b"a "):
            pass
    count = size = 0
    with Meter() as meter:
        wire.sendall(b"b UID FETCH 1:* (UID BODY.PEEK[])\r\n")
        while not (line := stream.readline()).startswith(b"b "):
            if match := LITERAL.search(line):
                size += len(stream.read(int(match[1])))
                count += 1
    meter.report(count, size)


def _ours(name: str, where: Mapping[str, str]) -> None:
    import django

    django.setup()
    from mailroom.flows.receiving import receive
    from mailroom.flows.receiving.servers.contract import Cursor
    from mailroom.records.email_accounts.models import EmailAccount

    account = EmailAccount(
        incoming_mail_protocol=name.upper(),
        incoming_mail_server="127.0.0.1",
        incoming_server_port=int(where[f"FETCH_{name.upper()}"]),
        incoming_server_encrypted_connection="none",
        username=where["FETCH_USER"],
        password=where["FETCH_PASSWORD"],
    )
    session = receive.open_session(account)
    count = size = 0
    with Meter() as meter:
        for part in session.new_messages(Cursor(session.folders("")[0]), frozenset(), 64 << 20):
            count += len(part.messages)
            size += sum(len(message.raw) for message in part.messages)
    session.close()
    meter.report(count, size)


if __name__ == "__main__":
    case(sys.argv[1], os.environ)
