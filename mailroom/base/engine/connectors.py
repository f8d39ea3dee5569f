"""The two homes of wake-ups: PostgreSQL for any number of processes, memory for the one-process default."""

from collections import deque
from typing import Any

import procrastinate
from django.db import connection
from procrastinate.testing import InMemoryConnector

from mailroom.base.engine import registry


class MemoryConnector(InMemoryConnector):
    """The library's connector in memory, made to forget what is over: its memory stays flat."""

    def reset(self) -> None:
        """Start empty, keeping only the last few queries."""
        super().reset()
        self.queries = deque(maxlen=20)  # type: ignore[assignment]  # only ever appended to

    async def finish_job_run(self, job_id: int, status: str, delete_job: bool) -> None:
        """Finish a job and drop its events with it."""
        await super().finish_job_run(job_id=job_id, status=status, delete_job=delete_job)
        if delete_job:
            self.events.pop(job_id, None)


def on_postgresql() -> bool:
    """Whether wake-ups are rows that every process sees."""
    return connection.vendor == "postgresql"


def polling_seconds() -> float:
    """How often a worker looks for tasks whose lock came free: a query on PostgreSQL, nothing in memory."""
    return 1.0 if on_postgresql() else 0.2


def worker_connector() -> Any:
    """The connector a worker runs on."""
    if not on_postgresql():
        return MemoryConnector()
    from procrastinate.contrib.django.django_connector import (
        DjangoConnector,
    )  # importable only where its Django app is installed

    return DjangoConnector().get_worker_connector()


def waking_application() -> procrastinate.App:
    """An application on Django's own connection, so that a wake-up commits or rolls back with its transaction."""
    from procrastinate.contrib.django.django_connector import (
        DjangoConnector,
    )  # importable only where its Django app is installed

    return procrastinate.App(connector=DjangoConnector())


def application(connector: Any) -> procrastinate.App:
    """An application that knows every registered task."""
    app = procrastinate.App(connector=connector)
    for task in registry.TASKS.values():
        if task.every_seconds:
            run = app.task(name=task.name, queueing_lock=task.name, lock=task.name)(_without_timestamp(task.function))
            app.periodic(cron=registry.cron(task.every_seconds))(run)
        else:
            app.task(name=task.name)(task.function)
    return app


def _without_timestamp(function: registry.Function) -> registry.Function:
    def run(timestamp: int) -> None:  # the library passes the tick's time; ticks read the clock themselves
        function()

    return run
