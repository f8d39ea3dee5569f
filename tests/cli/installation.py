"""The `mailroom` command as a process, on an installation of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Command:
    """Runs `mailroom` on an installation of its own."""

    def __init__(self, data: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILROOM_")}
        self.environment = kept | {"MAILROOM_DATA": str(data), "PYTHONPATH": str(ROOT)}

    def __call__(self, *arguments: str, stdin: bytes = b"", status: int = 0) -> bytes:
        command = [sys.executable, "-m", "mailroom.faces.cli.main", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, env=self.environment, check=False)
        assert done.returncode == status, done.stderr.decode()[-2000:]
        self.messages = done.stderr.decode()
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))
