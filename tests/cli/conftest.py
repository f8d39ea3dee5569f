"""An empty installation for each test of the command, copied from one that was migrated once."""

import shutil
from pathlib import Path

import pytest

from tests.cli.installation import Command


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an empty installation, to be copied."""
    data = tmp_path_factory.mktemp("migrated") / "data"
    Command(data)("migrate")
    return data


@pytest.fixture
def empty(migrated: Path, tmp_path: Path) -> Command:
    """An installation of the test's own."""
    return Command(shutil.copytree(migrated, tmp_path / "data"))


@pytest.fixture
def mailroom(empty: Command) -> Command:
    """An installation without accounts; a module may put its own in its place."""
    return empty
