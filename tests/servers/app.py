"""The product itself as a process of its own: `mailroom up` on a free port, with its own data folder and database."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from tests.servers import postgres, processes

MAILROOM = Path(sys.executable).with_name("mailroom")


class App:
    """One installation; its database is on the engine that this test run is about."""

    def __init__(self, **settings: str) -> None:
        self.folder = processes.own_folder("app")
        self.port = processes.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = os.environ.get("MAILROOM_TEST_DATABASE_URL", "")
        self._database = f"app_{uuid.uuid4().hex}" if self._server else ""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILROOM_")}
        self.environment = kept | {
            "MAILROOM_DATA": str(self.folder / "data"),
            "MAILROOM_PORT": str(self.port),
            "MAILROOM_URL": self.url,
            **settings,
        }
        if self._server:
            postgres.create_database(self._server.rpartition("/")[0] + "/postgres", self._database)
            self.environment["MAILROOM_DATABASE_URL"] = f"{self._server.rpartition('/')[0]}/{self._database}"
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
        if self._server:
            postgres.drop_database(self._server.rpartition("/")[0] + "/postgres", self._database)

    def run(self, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        """One `mailroom` command in this installation, as a person types it."""
        return subprocess.run(
            [MAILROOM, *arguments], env=self.environment, input=given, capture_output=True, text=True, timeout=120
        )

    def json(self, *arguments: str) -> Any:
        """What a command prints with `--json`; it has to succeed."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

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
