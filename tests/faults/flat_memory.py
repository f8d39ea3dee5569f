"""Runs a module as a process of its own and tells the most memory that it ever held; receives by the command so."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.factories import accounts
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import Mailbox

ROOT = Path(__file__).resolve().parents[2]
CEILING_MEGABYTES = 200  # what docs promise of a receiving process, whatever the mailbox holds
# VmHWM belongs to the process image: the usage that wait4 gives counts the parent's memory at the fork too.
PROGRAM = """
import atexit, pathlib, re, runpy, sys
def tell():
    status = pathlib.Path("/proc/self/status").read_text()
    print("peak", re.search(r"VmHWM:\\s+(\\d+)", status)[1], file=sys.stderr)
atexit.register(tell)
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""


def run(module: str, *arguments: str, environment: Mapping[str, str]) -> tuple[str, float]:
    """What the module printed, and its peak in megabytes."""
    command = [sys.executable, "-c", PROGRAM, module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout, int(done.stderr.split("peak ")[-1].split()[0]) / 1024


class Receiver:
    """An installation, whose data folder has its tables made, with one account."""

    def __init__(self, data: Path, dovecot: DovecotServer, mailbox: Mailbox, protocol: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILROOM_")}
        self.environment = kept | {"MAILROOM_DATA": str(data), "PYTHONPATH": str(ROOT)}
        values = {"email_account_id": "LARGE"} | accounts.receiving(dovecot, mailbox, protocol)
        file = data / "accounts.json"
        file.write_text(json.dumps([values]))
        self._run("accounts", "import", str(file))

    def receive(self) -> tuple[dict[str, Any], float]:
        """What `mailroom receive` printed of the account, and its peak in megabytes."""
        output, peak = self._run("receive", "LARGE", "--json")
        return json.loads(output)[0], peak

    def _run(self, *arguments: str) -> tuple[str, float]:
        return run("mailroom.faces.cli.main", *arguments, environment=self.environment)


def large(number: int, size: int) -> bytes:
    """A mail of about `size` bytes with one file in base64."""
    head = (
        b"From: a@example.org\r\nSubject: large %d\r\nMessage-ID: <%d@large>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n"
        b"Content-Type: application/zip; name=%d.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    ) % (number, number, number)
    line = b"%04d" % number * 19 + b"\r\n"
    return head + line * ((size - len(head)) // len(line)) + b"--b--\r\n"
