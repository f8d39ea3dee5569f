"""Before a wheel is made browser assets and catalogues are built, so that whoever installs it needs no Node."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Assets(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own configuration classes do not matter here
    """Builds what static/vendor holds, and the catalogues; git ignores both, the wheel takes them in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run assets/build.py unless its result is there and newer than the lock file; compile the catalogues."""
        root = Path(self.root)
        built = root / "mailroom/faces/windows/static/vendor/.built"
        if not built.exists() or built.stat().st_mtime < (root / "package-lock.json").stat().st_mtime:
            subprocess.run([sys.executable, str(root / "assets/build.py")], cwd=root, check=True)
        subprocess.run([sys.executable, str(root / "assets/messages.py"), "compile"], cwd=root, check=True)
