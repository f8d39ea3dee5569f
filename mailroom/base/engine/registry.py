"""The tasks that flows have registered, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing a worker can do: `every_seconds` is 0 for a task that only runs when woken."""

    name: str
    function: Function
    every_seconds: int = 0


TASKS: dict[str, Task] = {}


class UnknownTask(LookupError):
    """No flow has registered a task of that name."""


def task(name: str) -> Callable[[Function], Function]:
    """Register the decorated function; it takes plain JSON values as keyword arguments."""
    return _register(name, 0)


def every(seconds: int, name: str) -> Callable[[Function], Function]:
    """Register a function without arguments that runs every so many seconds, once on all workers together.

    `seconds` divides a minute, or is a whole number of minutes that divides an hour, or an hour or a day.
    """
    cron(seconds)
    return _register(name, seconds)


def cron(seconds: int) -> str:
    """The six-field cron line of an interval; raises ValueError for one that no such line can say."""
    if 0 < seconds < 60 and 60 % seconds == 0:
        return f"* * * * * */{seconds}"
    if 0 < seconds < 3600 and seconds % 60 == 0 and 3600 % seconds == 0:
        return f"*/{seconds // 60} * * * * 0"
    if seconds == 3600:
        return "0 * * * * 0"
    if seconds == 86400:
        return "30 3 * * * 0"
    raise ValueError(f"{seconds} seconds do not divide a minute, an hour or a day")


def _register(name: str, seconds: int) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        known = TASKS.get(name)
        if known and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"The task {name} is registered twice")
        TASKS[name] = Task(name, function, seconds)
        return function

    return register
