"""Every mail in tests/mail gives what stands beside it in its expected.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from mailroom.mime import parse

FOLDER = Path(__file__).parents[2] / "mail"


def _at(found: Any, path: str) -> Any:
    for name in path.split("."):
        found = found[int(name)] if isinstance(found, list) else found[name]
    return found


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.eml")), ids=lambda file: file.stem)
def test_a_fixture_gives_what_stands_beside_it(file: Path) -> None:
    """T19: each key of the expectation is a path into the object that `mailroom parse` prints."""
    found = parse.parse(file.read_bytes()).to_json()
    expected = json.loads(file.with_suffix(".expected.json").read_text("utf-8"))
    assert {path: _at(found, path) for path in expected} == expected
