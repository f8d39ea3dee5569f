"""Templates are checked before anybody gets mail from them."""

import pytest

from mailroom.faces.cli.main import main
from mailroom.records.notifications import checking, standard
from mailroom.records.notifications.models import NotificationTemplate

pytestmark = pytest.mark.django_db


def test_the_shipped_templates_have_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["templates", "check", "--json"]) == 0
    assert capsys.readouterr().out.strip() == "[]"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": ""}, "empty"),
        ({"subject": "Hello ((Name)"}, "not closed"),
        ({"body": "<p>((Name)) ((Company)) ((Username)) ((Password))</p>"}, "in order"),
        ({"subject": "Hello ((Nmae))"}, "Did you mean ((Name))?"),
    ],
)
def test_what_is_wrong_is_said_with_what_was_meant(
    changes: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    NotificationTemplate.objects.filter(notification_id=standard.WELCOME, locale="").update(**changes)
    template = NotificationTemplate.objects.get(notification_id=standard.WELCOME, locale="")
    assert any(words in problem for problem in checking.problems(template))
    assert main(["templates", "check"]) == 1
    assert standard.WELCOME in capsys.readouterr().out
