"""Work that is done beside the talk with the server, where the database lets two connections write at once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


class Beside:
    """One thread with a connection of its own, or none: then work is done when it is handed over.

    SQLite has one writer at a time, and what stands in a transaction is seen by its own connection alone.
    """

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    @property
    def runs(self) -> bool:
        """Whether there is a thread."""
        return self._thread is not None

    def begin(self) -> None:
        """Have a thread from now on, where it is of use: a few mails are not worth a connection."""
        if not self.runs and connection.vendor == "postgresql" and not connection.in_atomic_block:
            self._thread = ThreadPoolExecutor(1, "beside-sending")

    def submit(self, work: Callable[[], T]) -> "Future[T]":
        """Hand work over; it is done after all that was handed over before. Without a thread its errors are raised."""
        if self._thread is None:
            done: Future[T] = Future()
            done.set_result(work())
            return done
        return self._thread.submit(copy_context().run, work)

    def close(self) -> None:
        """End the thread and its connection, after what was handed over."""
        if self._thread is not None:
            self._thread.submit(connection.close)
            self._thread.shutdown()
            self._thread = None
