"""A process that has Mailroom loaded and forks for each command, so that a command costs no start of Python.

Usage: python -m tests.servers.nest. Each line it reads is a command as JSON, with the files that are its stdin, stdout
and stderr; it answers with a line, the command's exit status.
"""

import json
import os
import sys
import traceback
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailroom.settings")
django.setup()

from mailroom.faces.cli import commands, main  # noqa: E402, F401 after the settings; the commands are loaded once

WAYS = (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)


def obey(order: dict[str, Any]) -> None:
    """In the child: run the command and end as its process would."""
    for number, (path, way) in enumerate(zip(order["files"], WAYS, strict=True)):
        os.dup2(os.open(path, way), number)
    status = 1
    try:
        status = main.main(order["arguments"])
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def serve() -> None:
    """Until nobody asks any more."""
    while line := sys.stdin.buffer.readline():
        child = os.fork()
        if not child:
            obey(json.loads(line))
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
