"""A private PostgreSQL cluster from Debian's package: own folder, free port, never the service of the machine."""

import contextlib
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers import processes

USER = "mailroom"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "autovacuum_naptime": "10s",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "idle_in_transaction_session_timeout": "120s",  # what a dead process left behind fails a test, not the run
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer:
    """One cluster; `durable` keeps fsync on, for the tests that pull the plug."""

    def __init__(self, *, durable: bool = False, owner: int | None = None) -> None:
        self.host, self.port, self.user = "127.0.0.1", processes.free_port(), USER
        self._settings = SETTINGS | {"port": str(self.port)} | ({} if durable else FAST)
        self._account = processes.unprivileged_user("postgres")
        self._owner = owner
        self.folder = processes.own_folder("postgres", self._account)
        self._process: processes.ServerProcess | None = None

    def start(self) -> "PostgresServer":
        """Make the cluster where it is new, start it, and return when it answers."""
        cluster = self.folder / "cluster"
        if not cluster.exists():
            self._run(
                "initdb",
                "--no-sync",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                f"--username={USER}",
                cluster,
            )
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        self._process = processes.start(
            "PostgreSQL",
            [program("postgres"), "-D", cluster, *options],
            self.folder / "postgres.log",
            user=self._account,
            owner=self._owner,
            cwd=self.folder,
        )
        self._process.wait_until(self._accepts)
        return self

    def stop(self) -> None:
        """Stop; the cluster stays, and `start` brings it back on the same port."""
        if self._process is not None:
            self._process.stop()

    def url(self, database: str = "postgres") -> str:
        """What `MAILROOM_DATABASE_URL` takes."""
        return f"postgresql://{USER}@{self.host}:{self.port}/{database}"

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """A fresh database (a copy of `template`) for one test; yields its URL and drops it afterwards."""
        name = f"test_{uuid.uuid4().hex}"
        create_database(self.url(), name, template)
        try:
            yield self.url(name)
        finally:
            drop_database(self.url(), name)

    def _accepts(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, name: str, *arguments: str | Path) -> None:
        identity = {"user": self._account, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [program(name), *map(str, arguments)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **identity,  # type: ignore[call-overload]
        )
        if done.returncode:
            raise processes.ServerNotStarted(f"{name} failed:\n{done.stdout}\n{done.stderr}")


def of_this_run(name: str = "postgres") -> str:
    """The URL of a database on the server that this test run is about."""
    return f"{os.environ['MAILROOM_TEST_DATABASE_URL'].rpartition('/')[0]}/{name}"


def create_database(server: str, name: str, template: str = "template1") -> None:
    """Make database `name` on the server at URL `server`."""
    with psycopg.connect(server, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def drop_database(server: str, name: str) -> None:
    """Remove database `name` with the sessions that still hold it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def program(name: str) -> str:
    """The full path of a PostgreSQL program; Debian keeps them in a folder per version."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise processes.ServerNotStarted(f"PostgreSQL's {name} is missing; run python tests/servers/packages.py")
    return found
