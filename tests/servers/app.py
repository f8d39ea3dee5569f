"""The product itself as a process of its own: `mailroom up` on a free port, with its own data folder and database."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
import uuid

from tests.servers import postgres, processes
from tests.servers.commands import MAILROOM, Commands
from tests.servers.migrated import Migrated


class App:
    """One installation; its database is on the engine that this test run is about."""

    def __init__(self, migrated: Migrated | None = None, **settings: str) -> None:
        """An empty installation; with `migrated` its database has its tables already."""
        self.folder = processes.own_folder("app")
        self.port = processes.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._database = f"app_{uuid.uuid4().hex}" if os.environ.get("MAILROOM_TEST_DATABASE_URL") else ""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILROOM_")}
        self.environment = kept | {
            "MAILROOM_DATA": str(self.folder / "data"),
            "MAILROOM_PORT": str(self.port),
            "MAILROOM_URL": self.url,
            **settings,
        }
        if self._database:
            postgres.create_database(postgres.of_this_run(), self._database, migrated.name if migrated else "template1")
            self.environment["MAILROOM_DATABASE_URL"] = postgres.of_this_run(self._database)
        elif migrated:
            migrated.lay_down(self.folder / "data")
        self._commands = Commands(self.environment)
        self._process: processes.ServerProcess | None = None

    def start(self, *command: str) -> "App":
        """Run `mailroom up` (or another command that serves) and return when /readyz says yes."""
        self._process = processes.start(
            "Mailroom", [MAILROOM, *(command or ("up",))], self.folder / "app.log", environment=self.environment
        )
        self._process.wait_until(self.is_ready, seconds=60)
        return self

    def stop(self) -> None:
        """SIGTERM, and wait for the clean end."""
        if self._process is not None:
            self._process.stop()

    def kill(self) -> None:
        """SIGKILL to the product and everything it started."""
        assert self._process is not None
        os.killpg(self._process.child, signal.SIGKILL)
        self._process.stop()

    def wait_until_gone(self, seconds: float = 10.0) -> None:
        """Return when nothing of the product holds the port any more."""
        deadline = time.monotonic() + seconds
        while processes.answers(self.port):
            assert time.monotonic() < deadline, "the killed product still answers"
            time.sleep(0.05)

    def close(self) -> None:
        """Stop, and remove the database."""
        self.stop()
        self._commands.close()
        if self._database:
            postgres.drop_database(postgres.of_this_run(), self._database)

    def run(self, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        """One `mailroom` command in this installation, as a person types it."""
        done = self._commands.run(*arguments, given=given.encode())
        return subprocess.CompletedProcess(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())

    def is_ready(self) -> bool:
        """Whether /readyz answers 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def log(self) -> str:
        """What the product has printed so far."""
        return (self.folder / "app.log").read_text(errors="replace")
