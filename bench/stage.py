"""Private servers and fresh installations for benches: Dovecot, filled mailboxes, a durable PostgreSQL, our own data.

Databases of a stage keep fsync on, for peers and for us alike.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench import contenders
from tests.servers import certificates, postgres, processes
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import Mailbox
from tests.servers.oauth import OAuthServer


@contextlib.contextmanager
def dovecot() -> Iterator[DovecotServer]:
    """A running Dovecot; `add_mailbox()` gives fresh mailboxes, `fill` puts mail into one."""
    made = certificates.make(processes.own_folder("certificates"))
    server = DovecotServer(made, OAuthServer(), processes.free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def durable_postgres() -> Iterator[postgres.PostgresServer]:
    """A running PostgreSQL with fsync on."""
    server = postgres.PostgresServer(durable=True).start()
    try:
        yield server
    finally:
        server.stop()


def fill(mailbox: Mailbox, files: Sequence[Path]) -> None:
    """Put files into a mailbox's INBOX as hard links (copies across file systems), and warm the server's index."""
    with mailbox.connect() as imap:
        imap.select_folder("INBOX")
    folder = mailbox.place.home / "Maildir" / "cur"
    for number, file in enumerate(files, 1):
        size = file.stat().st_size
        target = folder / f"{1_767_600_000 + number}.M{number:06}P1.bench,S={size},W={size}:2,"
        with contextlib.suppress(FileExistsError):
            _link(file, target)
    with mailbox.connect() as imap:
        imap.select_folder("INBOX")
        imap.fetch(imap.search(), ["RFC822.SIZE"])


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def fresh_database(server: postgres.PostgresServer, name: str) -> str:
    """A new, empty database of that name (an old one goes); its URL."""
    postgres.drop_database(server.url(), name)
    postgres.create_database(server.url(), name)
    return server.url(name)


def fresh_folder(name: str) -> Path:
    """An empty folder of that name under `contenders.root()`."""
    folder = contenders.root() / "installations" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def fresh_installation(name: str, database_url: str = "") -> Mapping[str, str]:
    """An empty, migrated Mailroom under `contenders.root()`; the environment its process needs."""
    data = fresh_folder(name)
    variables = {"MAILROOM_DATA": str(data), "MAILROOM_DATABASE_URL": database_url}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=contenders.REPOSITORY,
        env=os.environ | variables,
        check=True,
    )
    return variables
