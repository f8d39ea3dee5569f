"""The processes of Mailroom: the web server, the worker, and both together with the demo's mail world."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from functools import cache
from types import FrameType

from django.conf import settings

WEB_THREADS = 4
PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>
PATIENCE = 20.0  # seconds for running work to end at a stop


def web_command() -> list[str]:
    """The command that serves the pages: one process, a bounded number of threads and so of database connections."""
    environment = settings.ENVIRONMENT
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        environment.host,
        "--port",
        str(environment.port),
        "--workers",
        "1",
        "--blocking-threads",
        str(WEB_THREADS),
        "--backpressure",
        "128",
        "--no-ws",
        "--log-level",
        "warning",
        "--respawn-failed-workers",
        "mailroom.faces.wsgi:application",
    ]


def serve() -> int:
    """Serve the pages until told to stop; the process becomes the server."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailroom.settings")
    os.execv(sys.executable, web_command())  # noqa: S606 our own program, no shell wanted


def port_is_free() -> bool:
    """Whether the web server can have its address."""
    with socket.socket(socket.AF_INET6 if ":" in settings.ENVIRONMENT.host else socket.AF_INET) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((settings.ENVIRONMENT.host, settings.ENVIRONMENT.port))
        except OSError:
            return False
    return True


class Stop:
    """Set by Ctrl+C and SIGTERM; a second one ends at once."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        if self.asked.is_set():
            os._exit(128 + number)
        self.asked.set()


def work(concurrency: int, stop: Stop) -> int:
    """Run a worker until told to stop; 1 when running work had to be left (its leases bring it back)."""
    from mailroom.base import engine
    from mailroom.flows import registration
    from mailroom.flows.receiving.watch import Watch

    registration.register()
    worker, watch = engine.Worker(concurrency), Watch()
    worker.start()
    watch.start()
    stop.asked.wait()
    watch.stop()
    return 0 if worker.stop(PATIENCE) else 1


def _end_with_parent() -> None:
    """A web server whose parent was killed would hold the port against the next start (prctl(2), Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@cache
def start_web() -> subprocess.Popen[bytes]:
    """The web server as a child process, started by the first call."""
    return subprocess.Popen(web_command(), start_new_session=True, preexec_fn=_end_with_parent)  # noqa: S603, PLW1509 no thread runs yet


def up(stop: Stop) -> int:
    """Web and worker in one: the pages in a child process, the worker's threads here."""
    from mailroom.base import engine
    from mailroom.flows import registration
    from mailroom.flows.receiving.watch import Watch

    web = start_web()
    registration.register()
    worker = engine.Worker(settings.ENVIRONMENT.workers) if settings.ENVIRONMENT.workers else None
    watch = Watch() if worker else None
    if worker and watch:
        worker.start()
        watch.start()
    while not stop.asked.wait(0.3):
        if web.poll() is not None:
            break
    crashed = web.poll() is not None and not stop.asked.is_set()
    if web.poll() is None:
        web.send_signal(signal.SIGTERM)
    if watch:
        watch.stop()
    clean = worker.stop(PATIENCE) if worker else True
    try:
        web.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(web.pid, signal.SIGKILL)
    return 1 if crashed or not clean else 0
