"""An empty installation for each test of the command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.installation import Command
from tests.servers.migrated import Migrated


@pytest.fixture
def empty(migrated: Migrated, tmp_path: Path) -> Iterator[Command]:
    """An installation of the test's own."""
    command = Command(migrated.lay_down(tmp_path / "data"))
    yield command
    command.close()


@pytest.fixture
def mailroom(empty: Command) -> Command:
    """An installation without accounts; a module may put its own in its place."""
    return empty
