"""Work that is done beside the talk with the server, where the database lets two connections write at once."""

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")


class Beside:
    """One thread with a connection of its own, or none: then work is done when it is handed over.

    SQLite has one writer at a time, and what stands in a transaction is seen by its own connection alone.
    """

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._latest: Future[Any] | None = None

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
        if self._thread is not None:
            try:
                self._latest = handed = self._thread.submit(copy_context().run, _on_a_good_connection, work)
            except RuntimeError:  # the process ends, and its threads take no more
                self._end()
            else:
                return handed
        done: Future[T] = Future()
        done.set_result(work())
        return done

    def close(self) -> None:
        """End the thread and its connection, after what was handed over."""
        if self._thread is not None:
            with contextlib.suppress(RuntimeError):  # as above
                self._thread.submit(connection.close)
            self._end()

    def _end(self) -> None:
        if self._latest is not None:
            wait([self._latest])
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None


def _on_a_good_connection(work: Callable[[], T]) -> T:
    """After an error the next work begins with a connection that can be used."""
    try:
        return work()
    except Exception:  # whatever it was, the connection may be of no more use
        connection.close()
        raise
