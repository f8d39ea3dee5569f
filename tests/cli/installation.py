"""The `mailroom` command as a process, on an installation of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.servers.commands import ROOT, Commands


class Command:
    """Runs `mailroom` on an installation of its own."""

    def __init__(self, data: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILROOM_")}
        self.environment = kept | {"MAILROOM_DATA": str(data), "PYTHONPATH": str(ROOT)}
        self._commands = Commands(self.environment)
        self.close = self._commands.close

    def __call__(self, *arguments: str, stdin: bytes = b"", status: int = 0) -> bytes:
        return self._checked(self._commands.run(*arguments, given=stdin), status)

    def from_its_start(self, *arguments: str, stdin: bytes = b"", status: int = 0) -> bytes:
        """The same in a Python that begins with this command: for what happens before Mailroom is loaded."""
        command = [sys.executable, "-m", "mailroom.faces.cli.main", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, env=self.environment, check=False)
        return self._checked(done, status)

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))

    def _checked(self, done: "subprocess.CompletedProcess[bytes]", status: int) -> bytes:
        assert done.returncode == status, done.stderr.decode()[-2000:]
        self.messages = done.stderr.decode()
        return done.stdout
