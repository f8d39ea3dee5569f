"""The worker that runs in this process, if one does: how other threads reach its loop."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

Defer = Callable[[str, str | None, dict[str, Any]], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class Running:
    """A worker's loop and the way to put a task on its queue."""

    loop: asyncio.AbstractEventLoop
    defer: Defer


_workers: list[Running] = []
_around: list[Callable[[], AbstractContextManager[Any]]] = []
told_to_stop: ContextVar[Callable[[], bool]] = ContextVar("told_to_stop", default=lambda: False)


def stopping() -> bool:
    """Whether the worker that runs this task was told to stop: long work then ends soon, at a place that suits it."""
    return told_to_stop.get()()


def within(surrounding: Callable[[], AbstractContextManager[Any]]) -> None:
    """Every task of this process runs inside what this makes; telling it again changes nothing."""
    if surrounding not in _around:
        _around.append(surrounding)


@contextmanager
def surrounded() -> Iterator[None]:
    """What tasks run inside."""
    with ExitStack() as stack:
        for make in _around:
            stack.enter_context(make())
        yield


def enter(worker: Running) -> None:
    """Say that a worker runs here now."""
    _workers.append(worker)


def leave(worker: Running) -> None:
    """Say that it stopped."""
    _workers.remove(worker)


def pass_on(name: str, lock: str | None, arguments: dict[str, Any]) -> bool:
    """Hand a wake-up to the worker of this process; False where none runs."""
    for worker in _workers:
        asyncio.run_coroutine_threadsafe(worker.defer(name, lock, arguments), worker.loop)
        return True
    return False
