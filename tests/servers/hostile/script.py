"""The words of a script: what a hostile server does when a moment comes.

A step gets the wire. It returns True when the proper answer should still follow, and False when it has answered
itself; `Gone` ends the conversation.
"""

import itertools
import socket
import struct
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable


class Gone(Exception):
    """The conversation is over."""


class Wire:
    """One connection, seen from the server."""

    def __init__(self, connection: socket.socket, stopped: threading.Event) -> None:
        self.connection, self.stopped = connection, stopped
        self._pending = b""

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise Gone from error

    def line(self, *parts: bytes) -> None:
        """Send one line."""
        self.send(b"".join(parts) + b"\r\n")

    def read_line(self) -> bytes:
        """The client's next line without its end."""
        while b"\n" not in self._pending:
            self._receive()
        line, _, self._pending = self._pending.partition(b"\n")
        return line.rstrip(b"\r")

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes from the client."""
        while len(self._pending) < size:
            self._receive()
        data, self._pending = self._pending[:size], self._pending[size:]
        return data

    def _receive(self) -> None:
        try:
            data = self.connection.recv(65536)
        except OSError as error:
            raise Gone from error
        if not data:
            raise Gone
        self._pending += data


Step = Callable[[Wire], bool]


def say(*lines: bytes) -> Step:
    """Answer these lines in place of the proper answer."""

    def step(wire: Wire) -> bool:
        wire.send(b"".join(line + b"\r\n" for line in lines))
        return False

    return step


def first_say(*lines: bytes) -> Step:
    """Say something that nobody asked for, then answer properly."""

    def step(wire: Wire) -> bool:
        wire.send(b"".join(line + b"\r\n" for line in lines))
        return True

    return step


def say_and_drop(data: bytes) -> Step:
    """Send these bytes and close."""

    def step(wire: Wire) -> bool:
        wire.send(data)
        raise Gone

    return step


def drop(wire: Wire) -> bool:
    """Close without a word."""
    raise Gone


def reset(wire: Wire) -> bool:
    """Break the connection off (RST)."""
    wire.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.connection.close()
    raise Gone


def half_close(wire: Wire) -> bool:
    """Never speak again, and keep listening."""
    wire.connection.shutdown(socket.SHUT_WR)
    return hang(wire)


def hang(wire: Wire) -> bool:
    """Keep the connection and say nothing until the server stops."""
    wire.stopped.wait(60)
    raise Gone


def then_hang(data: bytes) -> Step:
    """Send these bytes and then nothing more."""

    def step(wire: Wire) -> bool:
        wire.send(data)
        return hang(wire)

    return step


def endless_line(wire: Wire) -> bool:
    """A line without an end, until the client has enough."""
    while not wire.stopped.is_set():
        wire.send(b"x" * 65536)
    raise Gone


def slow(data: bytes, bytes_per_second: int = 1024) -> Step:
    """Send data in drops."""

    def step(wire: Wire) -> bool:
        for start in range(0, len(data), max(1, bytes_per_second // 10)):
            wire.send(data[start : start + max(1, bytes_per_second // 10)])
            if wire.stopped.wait(0.1):
                raise Gone
        return False

    return step


def once(step: Step, times: int = 1) -> Step:
    """The trouble happens the first `times` times; after that all is well."""
    left = iter(range(times))
    return lambda wire: step(wire) if next(left, None) is not None else True


def after(good: int, step: Step) -> Step:
    """All is well `good` times; from then on there is trouble."""
    numbers = itertools.count()
    return lambda wire: True if next(numbers) < good else step(wire)


def per_connection(limit: int, step: Step) -> Step:
    """All is well `limit` times on each connection."""
    seen: weakref.WeakKeyDictionary[Wire, int] = weakref.WeakKeyDictionary()  # by id, a new one could inherit a count

    def counted(wire: Wire) -> bool:
        seen[wire] = seen.get(wire, 0) + 1
        return True if seen[wire] <= limit else step(wire)

    return counted


def per_period(limit: int, seconds: float, step: Step) -> Step:
    """All is well `limit` times in any `seconds`."""
    moments: deque[float] = deque()

    def counted(wire: Wire) -> bool:
        now = time.monotonic()
        while moments and moments[0] < now - seconds:
            moments.popleft()
        if len(moments) >= limit:
            return step(wire)
        moments.append(now)
        return True

    return counted
