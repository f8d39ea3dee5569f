"""A line to the worker of this installation: a Unix datagram socket in the data folder.

On SQLite the worker's queue is in its memory; other processes (web, command line) tell it by this line what to wake.
A message that nobody hears is no loss: the next tick finds the row.
"""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

NAME = "worker.line"
LARGEST = 16_384


@contextlib.contextmanager
def _address() -> Iterator[str]:
    """The socket's address through its folder's descriptor: Unix socket paths may be only 107 bytes long."""
    folder = os.open(settings.DATA, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)


def tell(message: dict[str, Any]) -> bool:
    """Send one message; False when no worker listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line, _address() as address:
        line.setblocking(False)
        try:
            line.sendto(json.dumps(message).encode(), address)
        except OSError:
            return False
    return True


def listen() -> socket.socket:
    """Take the line over; a line left by a killed worker is replaced."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    Path(settings.DATA, NAME).unlink(missing_ok=True)
    with _address() as address:
        line.bind(address)
    Path(settings.DATA, NAME).chmod(0o600)
    line.settimeout(0.5)
    return line


def hear(line: socket.socket) -> dict[str, Any] | None:
    """The next message, or None when none came within half a second or it was no message."""
    try:
        message = json.loads(line.recv(LARGEST))
    except (TimeoutError, ValueError):
        return None
    return message if isinstance(message, dict) else None
