"""Environments of peers: each set of packages in a virtual environment of its own under `contenders.root()`."""

import hashlib
import subprocess
import sys
from pathlib import Path

from bench import contenders


def python(*requirements: str) -> Path:
    """The Python of an environment that holds exactly these packages; made once, by pip."""
    digest = hashlib.sha256("\n".join(sorted(requirements)).encode()).hexdigest()[:12]
    folder = contenders.root() / "peers" / digest
    ready = folder / ".ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run(
            [
                folder / "bin" / "python",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                *requirements,
            ],
            check=True,
        )
        ready.write_text("\n".join(requirements) + "\n")
    return folder / "bin" / "python"
