"""Waking a task: after the transaction that made its row, folded with a like wake-up that still waits."""

import json
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from procrastinate import exceptions

from mailroom.base.engine import connectors, line, running

log = structlog.get_logger(__name__)


def wake(name: str, lock: str | None = None, **arguments: Any) -> None:
    """Have a worker run the task soon. `lock`: of tasks with the same lock one runs at a time.

    Never fails for want of a worker: the row that the caller committed is found by the next tick.
    """
    transaction.on_commit(partial(_wake, name, lock, arguments))


def queueing_lock(name: str, lock: str | None, arguments: dict[str, Any]) -> str:
    """What makes two wake-ups the same one."""
    return f"{name}|{lock or ''}|{json.dumps(arguments, sort_keys=True)}"


def _wake(name: str, lock: str | None, arguments: dict[str, Any]) -> None:
    if connectors.on_postgresql():
        _defer(name, lock, arguments)
    elif not running.pass_on(name, lock, arguments):
        line.tell({"task": name, "lock": lock, "arguments": arguments})


def _defer(name: str, lock: str | None, arguments: dict[str, Any]) -> None:
    app = connectors.waking_application()
    folded = queueing_lock(name, lock, arguments)
    try:
        with transaction.atomic():
            app.configure_task(name, lock=lock, queueing_lock=folded, allow_unknown=True).defer(**arguments)
    except exceptions.AlreadyEnqueued:
        log.debug("wake-up folded", task=name)
    except exceptions.ConnectorException as error:
        log.warning("wake-up lost; the next tick does it", task=name, error=str(error))
