"""Schedules by the API: the same rules and rights as the window."""

from typing import Any

import pytest
from django.test import Client

from mailroom.flows.scheduling import jobs
from mailroom.flows.scheduling.models import Schedule
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = {"description": "Nightly", "window_id": "SM507010", "action": "Process all", "interval_minutes": 60}


@pytest.fixture
def api(client: Client, administrator: User) -> Any:
    client.force_login(administrator, BACKEND)

    def ask(method: str, path: str, body: Any = None) -> Any:
        return client.generic(method, f"/api/v1/schedules{path}", _json(body), content_type="application/json")

    return ask


def _json(body: Any) -> str:
    import json

    return "" if body is None else json.dumps(body)


def test_a_schedule_is_made_changed_run_and_removed(api: Any) -> None:
    made = api("POST", "", NEW)
    assert made.status_code == 201
    number = made.json()["id"]
    assert made.json()["next_execution_at"]
    assert len(api("GET", f"/{number}").json()["next_runs"]) == 5
    assert api("PATCH", f"/{number}", {"every": 2}).json()["every"] == 2
    answer = api("POST", f"/{number}/run")
    assert answer.status_code == 202
    jobs.run(answer.json()["job"])
    (run,) = api("GET", f"/{number}/runs").json()
    assert run["state"] == "succeeded"
    assert [one["id"] for one in api("GET", "").json()] == [number]
    assert api("DELETE", f"/{number}").status_code == 204
    assert api("GET", f"/{number}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"every": 0}, "every"),
        ({"every": "many"}, "every"),
        ({"action": "Sing"}, "action"),
        ({"weekdays": "Monday"}, "weekdays"),
        ({"schedule_type": "weekly"}, "weekdays"),
        ({"filter_values": [1]}, "filter_values"),
        ({"filter_values": [{"field_name": "Action", "value": "Sing"}]}, "filter_values"),
        ({"conditions": [{"field_name": "Mood"}]}, "conditions"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"executed": 3}, "executed"),
        ({"starts_on": "soon"}, "starts_on"),
    ],
)
def test_wrong_values_are_a_problem_that_names_the_field(api: Any, changes: dict[str, Any], field: str) -> None:
    answer = api("POST", "", NEW | changes)
    assert answer.status_code == 422
    assert field in answer.json()["errors"]
    assert not Schedule.objects.exists()


def test_the_operations_say_what_can_be_scheduled(api: Any) -> None:
    found = {one["window_id"]: one for one in api("GET", "/operations").json()}
    assert found["SM507010"]["fields"]["Action"] == ["Receive all", "Send all", "Send/receive all"]
    assert "Start date" in found["SM507000"]["conditions"]


def test_an_agent_is_refused(client: Client, agent: User) -> None:
    client.force_login(agent, BACKEND)
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/1"), ("DELETE", "/1"), ("POST", "/1/run")):
        body = _json(NEW) if method == "POST" else ""
        answer = client.generic(method, f"/api/v1/schedules{path}", body, content_type="application/json")
        assert answer.status_code == 403
