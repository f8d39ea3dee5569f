"""Lists of the API: search and filters under the rights of who asks."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from mailroom.records.filters import saved
from mailroom.records.filters.lines import Line
from mailroom.records.organisation.models import User
from tests.factories import emails

pytestmark = pytest.mark.django_db
LATE = [{"property": "subject", "condition": "contains", "value": "late"}]


@pytest.fixture
def asked(client: Client, agent: User) -> Any:
    """Asks for a list as an agent: `asked(window="sent")` answers status and body."""
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")

    def ask(**query: Any) -> tuple[int, Any]:
        answer = client.get("/api/v1/emails", query)
        return answer.status_code, answer.json()

    return ask


def subjects(answer: tuple[int, Any]) -> list[str]:
    assert answer[0] == 200, answer
    return [item["subject"] for item in answer[1]["items"]]


def test_a_filter_in_json_and_a_saved_one_by_name_narrow_the_list(asked: Any, agent: User) -> None:
    emails.make("Late one")
    emails.make("Other")
    assert subjects(asked(filter=json.dumps(LATE))) == ["Late one"]
    saved.save(agent, "CO409000", "Late", [Line("subject", "contains", "late")])
    assert subjects(asked(window="incoming", saved="Late")) == ["Late one"]
    assert asked(window="sent", saved="Late")[0] == 404


@pytest.mark.parametrize("text", ["{", '[{"property":"colour"}]', "x" * 5000])
def test_a_filter_that_makes_no_sense_is_a_problem_in_words(asked: Any, text: str) -> None:
    status, body = asked(filter=text)
    assert status == 422
    assert body["detail"]


def test_a_search_is_walked_by_cursor_without_a_gap(asked: Any) -> None:
    for number in range(7):
        emails.make(f"steel {number}", age=timedelta(seconds=number // 2, microseconds=number))
    found, cursor = [], ""
    for _page in range(9):
        answer = asked(query="steel", limit=2, cursor=cursor)
        found += subjects(answer)
        cursor = answer[1]["cursor"]
        if cursor is None:
            break
    assert found == [f"steel {number}" for number in range(7)]


def test_a_search_looks_past_hits_that_are_not_the_askers_to_see(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from mailroom.records.emails.search import finding

    other = User.objects.create_user("other", role="agent")
    emails.make("steel mine", age=timedelta(days=1))
    for _number in range(6):
        emails.make("steel theirs", account=emails.some_account("PERSONAL", personal_owner=other))
    monkeypatch.setattr(finding, "STEPS", (finding.Step(2, 6_000),))
    monkeypatch.setattr(finding, "FURTHER", finding.STEPS)
    assert subjects(asked(query="steel")) == ["steel mine"]


def test_whatever_is_asked_for_is_no_error(asked: Any) -> None:
    emails.make("steel")
    for query in ('"', "before:x", "-", "status:none from:", "(((", "' or 1"):
        assert asked(query=query)[0] == 200
