"""Server processes that end with the test run, whatever happens to the run, and ports that no other run takes."""

import atexit
import contextlib
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
PORTS = range(20_000, 32_000)  # below the range from which the kernel takes ports for clients
LOOPBACK = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
_port_locks: list[int] = []  # open files whose locks are ours until this process ends


class ServerNotStarted(Exception):
    """A server did not answer in time; the text holds the end of its log."""


class ServerProcess:
    """One running server: its guard's pid, its log and how to stop it."""

    def __init__(self, name: str, guard: "subprocess.Popen[bytes]", log: Path) -> None:
        self.name, self.log, self._guard = name, log, guard
        atexit.register(self.stop)

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._guard.poll() is None

    @property
    def child(self) -> int:
        """The pid of the server itself, which leads its process group."""
        return int(Path(f"/proc/{self._guard.pid}/task/{self._guard.pid}/children").read_text().split()[0])

    def stop(self) -> None:
        """End the server and everything it started; calling it twice does no harm."""
        atexit.unregister(self.stop)
        if self.alive:
            self._guard.terminate()
        self._guard.wait(timeout=15)

    def tail(self, characters: int = 3000) -> str:
        """The end of the server's log, for a failure's message."""
        return self.log.read_text(errors="replace")[-characters:] if self.log.exists() else "(no log)"

    def wait_until(self, ready: Callable[[], bool], seconds: float = 20.0) -> None:
        """Return as soon as `ready()` is true; raise ServerNotStarted with the log when it never is."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive or time.monotonic() > deadline:
                self.stop()
                raise ServerNotStarted(f"{self.name} did not start:\n{self.tail()}")
            time.sleep(0.01)


def start(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    owner: int | None = None,
    cwd: Path | None = None,
) -> ServerProcess:
    """Start `command` under a guard that stops it when process `owner` (this one) ends.

    `user` is the unprivileged user to run as; it is used only when this process is root.
    """
    account = user if user and os.geteuid() == 0 else "-"
    guarded = [sys.executable, "-I", "-S", str(GUARD), str(owner or os.getpid()), account, *map(str, command)]
    with log.open("ab") as output:
        guard = subprocess.Popen(
            guarded,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=cwd,
            start_new_session=True,
        )
    return ServerProcess(name, guard, log)


def kill(pid: int, number: signal.Signals = signal.SIGTERM) -> None:
    """Signal one process that we started; gone already is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def free_port() -> int:
    """A port that is free on every loopback address we use and that no other test run will take while we live."""
    folder = Path(tempfile.gettempdir()) / f"mailroom-test-ports-{os.geteuid()}"
    folder.mkdir(exist_ok=True)
    chance = random.SystemRandom()
    while True:
        port = chance.choice(PORTS)
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        if all(_is_free(address, port) for address in LOOPBACK):
            _port_locks.append(lock)
            return port
        os.close(lock)


def answers(port: int, address: str = "127.0.0.1") -> bool:
    """Whether something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


def own_folder(name: str, owner: str | None = None) -> Path:
    """A new temporary folder that goes when this process ends; `owner` gets it when we are root."""
    folder = Path(tempfile.mkdtemp(prefix=f"mailroom-{name}-"))
    folder.chmod(0o755)  # servers of several users live in it
    if owner and os.geteuid() == 0:
        shutil.chown(folder, owner, _group_of(owner))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def unprivileged_user(*names: str) -> str:
    """The first of `names` that this machine knows."""
    import pwd

    for name in (*names, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise ServerNotStarted(f"This machine has none of the users {names}.")


def _group_of(user: str | None) -> int:
    import pwd

    return pwd.getpwnam(user or "nobody").pw_gid


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
