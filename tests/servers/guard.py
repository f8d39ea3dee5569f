"""Keep one server process alive exactly as long as the process that owns it.

`python guard.py OWNER_PID USER COMMAND…` starts the command in a process group of its own (as USER, or as its own user
for `-`) and stops the whole group when
the guard gets SIGTERM or the owner is gone, however it went (a crash, SIGKILL). Nothing but the standard library, so
that it starts in a few milliseconds (`python -I -S`).
"""

import os
import pwd
import select
import signal
import subprocess
import sys
import time

PATIENCE = 5.0  # seconds between SIGTERM and SIGKILL


def stop_group(process: "subprocess.Popen[bytes]") -> None:
    """SIGTERM to the whole group, then SIGKILL to what is left of it."""
    for number, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, 1.0)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            process.poll()
            try:
                os.killpg(process.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.01)


def identity(user: str) -> dict[str, object]:
    """What Popen needs to become `user`."""
    if user == "-":
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def main() -> int:
    """Run the command until it ends, the owner ends or SIGTERM comes; the command's exit status is ours."""
    try:
        owner = os.pidfd_open(int(sys.argv[1]))
    except ProcessLookupError:
        return 1
    woken, wake = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: os.write(wake, b"x"))
    process = subprocess.Popen(sys.argv[3:], start_new_session=True, **identity(sys.argv[2]))
    poller = select.poll()
    for descriptor in (owner, woken, os.pidfd_open(process.pid)):
        poller.register(descriptor, select.POLLIN)
    poller.poll()
    stop_group(process)
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
