"""Work done in a forked process that is killed by SIGKILL at the nth call it makes, wherever that is.

The process that forks has everything loaded, so a kill costs no start of Python. Calls are counted rather than time, so
that every point of the work is as likely as any other, however busy the machine is.
"""

import os
import signal
import struct
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.db import connections


def calls_of(work: Callable[[], object]) -> int:
    """Do the work in a process of its own and return how many calls it made."""
    reading, writing = os.pipe()
    survived = _forked(work, lambda count: os.write(writing, struct.pack("q", count)), 0)
    os.close(writing)
    told = os.read(reading, 8)
    os.close(reading)
    assert survived, "the work failed without being killed"
    return int(struct.unpack("q", told)[0])


def killed_at(call: int, work: Callable[[], object]) -> bool:
    """Do the work in a process of its own that dies at its nth call; whether it came so far."""
    return not _forked(work, lambda _count: None, call)


def at_once(count: int, work: Callable[[], object]) -> list[bool]:
    """Do the same work in that many processes at once; whether each came to its end without an error."""
    connections.close_all()
    children = []
    for _number in range(count):
        child = os.fork()
        if not child:
            _work_and_leave(work, lambda _count: None, 0)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 for child in children]


def _forked(work: Callable[[], object], told: Callable[[int], object], last: int) -> bool:
    connections.close_all()  # a connection to the database belongs to one process
    child = os.fork()
    if not child:
        _work_and_leave(work, told, last)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"the child died of signal {os.WTERMSIG(status)}"
        return False
    assert os.WEXITSTATUS(status) == 0, "the work raised an error in the child"
    return True


def _work_and_leave(work: Callable[[], object], told: Callable[[int], object], last: int) -> None:
    """In the child: work under a count of calls, and never return."""
    _forget_inherited_connections()
    count = 0

    def counting(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        if event in {"call", "c_call"}:
            count += 1
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)

    status = 1
    try:
        sys.setprofile(counting)
        work()
        sys.setprofile(None)
        told(count)
        status = 0
    except BaseException:
        import traceback

        sys.setprofile(None)
        traceback.print_exc()
    finally:
        os._exit(status)


def _forget_inherited_connections() -> None:
    """Connections of the parent's other context (a browser test's event loop) were not closed with the rest.

    The child, in which no loop runs, would find them and use them beside its parent.
    """
    for alias in connections:
        if hasattr(connections._connections, alias):
            del connections[alias]
