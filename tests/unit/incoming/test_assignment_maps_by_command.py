"""`mailroom assignment-maps`: maps are listed, printed, taken from a file all or none, and tried on past mail."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mailroom.faces.cli.main import main
from mailroom.records.assignment.models import AssignmentMap
from mailroom.records.organisation.models import User
from tests.factories import relations

pytestmark = pytest.mark.django_db
RULE = {"conditions": [{"property": "subject", "condition": "contains", "value": "price"}], "owner": "E2"}
MAIL = {"map_id": "MAIL", "description": "Mail to sales", "assigns": "email", "rules": [RULE]}


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What a command prints as JSON."""
    assert main(["assignment-maps", *words]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def file(tmp_path: Path, agent: User) -> Path:
    made = tmp_path / "maps.json"
    made.write_text(json.dumps([MAIL]))
    return made


def test_what_was_exported_is_imported_as_often_as_one_likes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _turn in range(2):
        assert main(["assignment-maps", "import", str(file)]) == 0
    assert AssignmentMap.objects.get().rules.count() == 1
    capsys.readouterr()
    exported = run(capsys, "export", "mail")
    assert exported[0]["rules"][0]["owner"] == "E2"
    file.write_text(json.dumps(exported))
    assert main(["assignment-maps", "import", str(file)]) == 0
    capsys.readouterr()
    assert run(capsys, "show", "MAIL") == exported[0]
    assert run(capsys, "list", "--json") == exported


def test_a_map_is_tried_on_past_mail(
    file: Path, administrator: User, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["assignment-maps", "import", str(file)])
    relations.mail(now, subject="Price for 40 crates")
    relations.mail(now, minutes=5, subject="Something else")
    capsys.readouterr()
    tried = run(capsys, "try", "MAIL", "--json")
    assert [(one["subject"], one["owner"]) for one in tried] == [
        ("Price for 40 crates", "E2"),
        ("Something else", None),
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        [MAIL, {"map_id": "OTHER", "rules": [{"owner": "NOBODY"}]}],
        [MAIL, {"description": "no id"}],
        [MAIL, {"map_id": "X", "rules": "none"}],
        [MAIL, {"map_id": "X", "assigns": "nothing"}],
        [MAIL, 7],
    ],
)
def test_of_a_file_with_something_wrong_nothing_is_taken(file: Path, wanted: list[Any]) -> None:
    file.write_text(json.dumps(wanted))
    assert main(["assignment-maps", "import", str(file)]) == 2
    assert not AssignmentMap.objects.exists()


def test_wrong_use_is_said_so(file: Path) -> None:
    assert main(["assignment-maps", "show", "NONE"]) == 2
    file.write_text("{")
    assert main(["assignment-maps", "import", str(file)]) == 2
