"""Sees that the servers and the browser that the tests talk to are installed. Needs nothing but Python itself.

As root on Debian or Ubuntu it installs what is missing; for anybody else it prints the command.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def there(pattern: str) -> bool:
    """Whether anything matches below the root folder."""
    return any(Path("/").glob(pattern))


def missing() -> list[str]:
    """The Debian packages whose programs are not there."""
    chromium = (
        "chromium" if shutil.which("apt-cache") is None or not Path("/etc/lsb-release").exists() else "chromium-browser"
    )
    wanted = {
        "dovecot-imapd": there("usr/lib/dovecot/imap"),
        "dovecot-pop3d": there("usr/lib/dovecot/pop3"),
        "dovecot-lmtpd": there("usr/lib/dovecot/lmtp"),
        "dovecot-submissiond": there("usr/lib/dovecot/submission"),
        "postfix": bool(shutil.which("smtp-sink", path=PATHS)),
        "postgresql": there("usr/lib/postgresql/*/bin/initdb"),
        chromium: bool(shutil.which("chromium") or shutil.which("chromium-browser")),
        "libatomic1": there("usr/lib/*/libatomic.so.1"),  # the browser's driver
        "fonts-dejavu-core": there("usr/share/fonts/truetype/*/*"),
        "nodejs": bool(shutil.which("node")),
        "npm": bool(shutil.which("npm")),
    }
    return [name for name, there in wanted.items() if not there]


def install(packages: list[str]) -> None:
    """Install packages without starting any service: the tests run private ones."""
    policy = Path("/usr/sbin/policy-rc.d")
    made = not policy.exists()
    if made:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    environment = os.environ | {
        "DEBIAN_FRONTEND": "noninteractive",
        "HOME": os.environ.get("HOME") or tempfile.gettempdir(),
    }
    try:
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        subprocess.run(command, check=True, env=environment, stdin=subprocess.DEVNULL)
    finally:
        if made:
            policy.unlink()


def main() -> int:
    """0 when everything is there in the end."""
    packages = missing()
    if not packages:
        return 0
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if os.geteuid() or not shutil.which("apt-get"):
        print(f"The tests need programs that are missing. As root: {command}", file=sys.stderr)
        return 1
    print(f"Installing what the tests talk to: {' '.join(packages)}", file=sys.stderr)
    install(packages)
    left = missing()
    if left:
        print(f"Still missing after the installation: {' '.join(left)}", file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
