"""Makes the virtual environment, on a bare Debian or Ubuntu too, where Python comes without `venv`.

As root it installs the missing package; for anybody else it prints the command. Needs nothing but Python itself.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import venv


def missing() -> str:
    """The Debian package that this Python's `venv` needs; empty when nothing is missing."""
    if importlib.util.find_spec("ensurepip") is not None:
        return ""
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def install(package: str) -> None:
    """Install one package by apt without a question."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    subprocess.run(command, check=True, env=environment, stdin=subprocess.DEVNULL)


def main(folder: str) -> int:
    """0 when the environment stands in `folder`."""
    package = missing()
    if package and (os.geteuid() or shutil.which("apt-get") is None):
        print(f"Python here cannot make a virtual environment. As root: apt-get install {package}", file=sys.stderr)
        return 1
    if package:
        print(f"Installing {package}, which Python needs for a virtual environment.", file=sys.stderr)
        install(package)
    venv.create(folder, with_pip=True, clear=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
