"""What the wheel needs: the names of requirements/base.in, each at the locked release or a compatible later one."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([0-9][^ ;\\]*)", re.MULTILINE)
WANTED = re.compile(r"^([A-Za-z0-9._-]+)(\[[^]]*\])?", re.MULTILINE)


def dependencies(folder: Path) -> list[str]:
    """The wheel's requirements, read from the two files in `folder`."""
    locked = {_folded(name): version for name, version in LOCKED.findall((folder / "base.txt").read_text())}
    wanted = WANTED.findall((folder / "base.in").read_text())
    return [f"{name}{extras}~={locked[_folded(name)]}" for name, extras in wanted]


def _folded(name: str) -> str:
    """Package names compare without case and with one kind of mark (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Dependencies(MetadataHookInterface):
    """Hands hatchling the dependencies, so that they stand in one place only."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in the field that pyproject.toml calls dynamic."""
        metadata["dependencies"] = dependencies(Path(self.root) / "requirements")
