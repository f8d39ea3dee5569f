"""The rules of the house that a script can hold: sizes, names, foreign keys, secrets in the tree."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "mailroom"
BANNED = {"utils", "helpers", "common", "misc", "services"}
LARGEST_FILE = 300
LARGEST_FUNCTION = 50
FLOORS = [
    ["mailroom.faces"],
    ["mailroom.demo"],
    ["mailroom.flows.incoming", "mailroom.flows.mailings", "mailroom.flows.notifying", "mailroom.flows.keeping"],
    ["mailroom.flows.receiving", "mailroom.flows.sending"],
    ["mailroom.flows.watching"],
    ["mailroom.flows.scheduling"],
    ["mailroom.records.preferences"],
    ["mailroom.records.notifications", "mailroom.records.conversations", "mailroom.records.activities"],
    ["mailroom.records.emails", "mailroom.records.crm", "mailroom.records.assignment"],
    ["mailroom.records.email_accounts", "mailroom.records.files", "mailroom.records.filters"],
    ["mailroom.records.organisation"],
]


def sources(folder: Path = PACKAGE) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)


def floor_of(module: str) -> int:
    for number, rooms in enumerate(FLOORS):
        if any(module == room or module.startswith(f"{room}.") for room in rooms):
            return number
    raise AssertionError(f"{module} stands in no room of the house")


def test_no_file_is_longer_than_fits_in_the_head() -> None:
    long = {str(path.relative_to(ROOT)): count for path in sources() if (count := lines(path)) > LARGEST_FILE}
    assert not long


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_function_is_longer_than_a_screen() -> None:
    long = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > LARGEST_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {size}")
    assert not long


def test_no_module_is_named_for_nothing() -> None:
    assert not [path for path in PACKAGE.rglob("*") if path.stem in BANNED and "static" not in path.parts]


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path
        for path in sources()
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert not [str(path.relative_to(ROOT)) for path in silent]


def test_foreign_keys_point_down() -> None:
    upward = []
    for model in apps.get_models():
        if not model.__module__.startswith("mailroom."):
            continue
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and field.concrete else None
            if not isinstance(target, type) or not target.__module__.startswith("mailroom."):
                continue
            here, there = model.__module__, target.__module__
            same_room = here.split(".")[:3] == there.split(".")[:3]
            if not same_room and floor_of(there) <= floor_of(here):
                upward.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert not upward


def test_no_app_takes_a_name_that_django_or_mail_uses_already() -> None:
    assert not {config.label for config in apps.get_app_configs() if config.name.startswith("mailroom.")} & {
        "messages",
        "accounts",
        "templates",
    }


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return [path for pattern in patterns for path in ROOT.glob(f"**/{pattern}") if ".venv" not in path.parts]
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("name", ["requirements/base.txt", "requirements/test.txt", "package-lock.json", ".npmrc"])
def test_lock_files_name_no_registry(name: str) -> None:
    assert not re.search(r"\"resolved\"|--(extra-)?index-url|--find-links|registry *=", (ROOT / name).read_text())


def test_no_tracked_text_names_a_folder_of_one_machine() -> None:
    guilty = []
    for path in tracked("*.py", "*.md", "*.toml", "*.yaml", "*.yml", "Makefile", "*.js", "*.css", "*.html"):
        if re.search(r"(?<![\w.])/(root|home/\w+|work)/", path.read_text(errors="replace")):
            guilty.append(str(path.relative_to(ROOT)))
    assert not [name for name in guilty if name != "tests/architecture/test_the_house.py"]


def test_nothing_is_left_for_later() -> None:
    guilty = []
    for path in sources():
        if re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", path.read_text()):
            guilty.append(str(path.relative_to(ROOT)))
    assert not guilty
