"""`mailroom` commands of one installation, each in a process of its own that a loaded one forks."""

import contextlib
import json
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAILROOM = Path(sys.executable).with_name("mailroom")  # the command as installed
PATIENCE = 120.0  # seconds for one command


class Commands:
    """Runs commands; the first one reads `environment` and starts the process that forks."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._nest: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """One command, which reads `given`: its exit status, what it printed and its messages."""
        with contextlib.ExitStack() as files:
            read, printed, told = (files.enter_context(tempfile.NamedTemporaryFile()) for _file in range(3))
            read.write(given)
            read.flush()
            status = self._ask({"arguments": arguments, "files": [file.name for file in (read, printed, told)]})
            return subprocess.CompletedProcess(arguments, status, printed.read(), told.read())

    def close(self) -> None:
        """End the process that forks."""
        if self._nest is not None:
            self._nest.communicate()
            self._nest = None

    def _ask(self, order: object) -> int:
        nest = self._nest = self._nest or subprocess.Popen(
            [sys.executable, "-m", "tests.servers.nest"],
            env={**self.environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert nest.stdin is not None
        assert nest.stdout is not None
        nest.stdin.write(json.dumps(order).encode() + b"\n")
        nest.stdin.flush()
        if not select.select([nest.stdout], [], [], PATIENCE)[0]:
            nest.kill()
            raise TimeoutError(f"{order} has not ended after {PATIENCE} s")
        return int(nest.stdout.readline())
