"""A worker in a thread of this process: runs woken tasks and ticks until it is told to stop."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import procrastinate
import structlog
from django.db import close_old_connections, connections
from procrastinate import exceptions
from procrastinate.worker import Worker as LibraryWorker

from mailroom.base.engine import connectors, line, registry, running
from mailroom.base.engine.wake import queueing_lock

log = structlog.get_logger(__name__)
STALLED_SECONDS = 30.0
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 30.0


class Worker:
    """Runs tasks on `concurrency` threads; comes back by itself when the database was away."""

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="worker", daemon=True)
        self._listener = threading.Thread(target=self._listen, name="worker-line", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._library_worker: LibraryWorker | None = None

    def start(self) -> None:
        """Begin to work; returns at once."""
        self._thread.start()
        if not connectors.on_postgresql():
            self._listener.start()

    def stop(self, timeout: float | None = 30.0) -> bool:
        """Ask for a stop, wait at most `timeout` seconds for running tasks; True when all of them ended."""
        self._stopping.set()
        loop, worker = self._loop, self._library_worker
        if loop and worker and not loop.is_closed():
            loop.call_soon_threadsafe(worker.stop)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def join(self) -> None:
        """Wait until the worker has stopped."""
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether its thread still runs."""
        return self._thread.is_alive()

    def _supervise(self) -> None:
        """Run the library's worker again whenever it ends without having been asked to."""
        pause = FIRST_RETRY_SECONDS
        while not self._stopping.is_set():
            try:
                asyncio.run(self._run())
                pause = FIRST_RETRY_SECONDS
            except Exception as error:  # the database may be away in any way; the next try finds it
                log.warning("worker interrupted", error=str(error), again_in_seconds=pause)
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_RETRY_SECONDS)
        connections.close_all()

    async def _run(self) -> None:
        app = connectors.application(connectors.worker_connector())
        _register_sweep(app)
        async with app.open_async():
            worker = LibraryWorker(
                app=app,
                concurrency=self.concurrency,
                name="mailroom",
                install_signal_handlers=False,
                delete_jobs="always",
                fetch_job_polling_interval=connectors.polling_seconds(),
                stalled_worker_timeout=STALLED_SECONDS,
                task_middleware=[self._as_task],
            )
            here = running.Running(asyncio.get_running_loop(), _deferrer(app))
            self._loop, self._library_worker = here.loop, worker
            running.enter(here)
            try:
                if not self._stopping.is_set():
                    await worker.run()  # type: ignore[no-untyped-call]  # the library leaves this method untyped
            finally:
                running.leave(here)

    def _as_task(self, run: Callable[[], Any], _context: Any, _worker: Any) -> Any:
        """Close database connections that went stale before a task, and those it leaves behind after it."""
        asked = running.told_to_stop.set(self._stopping.is_set)
        close_old_connections()
        try:
            with running.surrounded():
                return run()
        finally:
            connections.close_all()
            running.told_to_stop.reset(asked)

    def _listen(self) -> None:
        """Pass on what other processes tell by the line."""
        with line.listen() as heard:
            while not self._stopping.is_set():
                message = line.hear(heard)
                if message and message.get("task") in registry.TASKS:
                    running.pass_on(message["task"], message.get("lock"), message.get("arguments") or {})


def _deferrer(app: procrastinate.App) -> running.Defer:
    async def defer(name: str, lock: str | None, arguments: dict[str, Any]) -> None:
        folded = queueing_lock(name, lock, arguments)
        try:
            await app.configure_task(name, lock=lock, queueing_lock=folded).defer_async(**arguments)
        except exceptions.AlreadyEnqueued:
            log.debug("wake-up folded", task=name)

    return defer


def _register_sweep(app: procrastinate.App) -> None:
    """Every half minute, put the tasks of workers that died back on the queue."""

    @app.periodic(cron="* * * * * */30")
    @app.task(name="engine.sweep", queueing_lock="engine.sweep")
    async def sweep(timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            log.warning("task of a dead worker taken up again", task=job.task_name)
            await app.job_manager.retry_job(job)
