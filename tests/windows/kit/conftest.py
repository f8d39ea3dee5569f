"""The window of docs/howto/add-a-window.md, made from the page itself and mounted for these tests."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.test import Client
from django.urls import clear_url_caches

from mailroom.faces.windows.kit import registry
from mailroom.records.organisation.models import User, Workgroup

HOWTO = Path(__file__).resolve().parents[3] / "docs/howto/add-a-window.md"
FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
NAME = "tm000001_work_groups"


@pytest.fixture(scope="session")
def howto_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the page, written where its folder would be."""
    folder = tmp_path_factory.mktemp("windows") / NAME
    for name, text in FILE.findall(HOWTO.read_text()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def work_groups(howto_folder: Path, monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[ModuleType]:
    """The window, registered and reachable."""
    monkeypatch.syspath_prepend(str(howto_folder.parent))
    templates = [{**settings.TEMPLATES[0], "DIRS": [str(howto_folder / "templates")]}]  # type: ignore[attr-defined]
    settings.TEMPLATES = templates  # type: ignore[attr-defined]
    package = importlib.import_module(NAME)
    registry.WINDOWS.add(package)
    _mount()
    yield package
    registry.WINDOWS.remove("TM000001")
    for name in [name for name in sys.modules if name.startswith(NAME)]:
        del sys.modules[name]
    _mount()


def _mount() -> None:
    for name in ("mailroom.faces.windows.urls", settings.ROOT_URLCONF):
        importlib.reload(importlib.import_module(name))
    clear_url_caches()


@pytest.fixture
def groups(db: None) -> list[Workgroup]:
    """Forty-five work groups, G01 to G45."""
    return [
        Workgroup.objects.create(workgroup_id=f"G{number:02}", description=f"Team {number:02}")
        for number in range(1, 46)
    ]


@pytest.fixture
def signed_in(client: Client, agent: User) -> Client:
    """A client signed in as an agent."""
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    return client
