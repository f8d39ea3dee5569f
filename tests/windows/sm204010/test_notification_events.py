"""Notification events: a template is registered for each, in the window, the API and by command."""

import json

import pytest
from django.test import Client

from mailroom.faces.cli.main import main
from mailroom.records.notifications import events, standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
API = "/api/v1/notification-events"


@pytest.fixture
def own(client: Client, administrator: User) -> NotificationTemplate:
    standard.install()
    client.force_login(administrator, BACKEND)
    return NotificationTemplate.objects.create(notification_id="CASEWORDS", description="Words", window_id="CR306000")


def test_shipped_templates_stand_there_at_first(client: Client, own: NotificationTemplate) -> None:
    page = client.get("/sm204010/").content.decode()
    assert page.count("New comment in the portal") >= 2
    assert "The portal is switched off." in page
    found = {one["event"]: one["notification_id"] for one in client.get(API).json()}
    assert found["portal_comment"] == found["portal_file"] == "PORTALCOMMENT"


def test_a_template_is_registered_and_taken_back_in_the_window(client: Client, own: NotificationTemplate) -> None:
    answer = client.post("/sm204010/", {"portal_comment": own.pk, "portal_file": ""})
    assert answer.status_code == 303
    assert events.template_of(events.PORTAL_COMMENT) == own
    assert events.template_of(events.PORTAL_FILE) is None
    page = client.get(f"/sm204003/{own.pk}/").content.decode()
    assert "Registered for: New comment in the portal." in page


def test_a_template_of_another_window_is_refused(client: Client, own: NotificationTemplate) -> None:
    welcome = standard.find("USERWELCOME")
    assert welcome is not None
    assert client.post("/sm204010/", {"portal_comment": welcome.pk}).status_code == 422
    put = client.put(f"{API}/portal_comment", {"notification_id": "USERWELCOME"}, content_type="application/json")
    assert (put.status_code, "no placeholders of CR306000" in put.content.decode()) == (422, True)


def test_the_api_registers_and_answers_what_stands(client: Client, own: NotificationTemplate) -> None:
    def put(event: str, notification_id: str | None) -> tuple[int, object]:
        values = {"notification_id": notification_id}
        answer = client.put(f"{API}/{event}", values, content_type="application/json")
        return answer.status_code, answer.json().get("notification_id")

    assert put("portal_comment", "casewords") == (200, "CASEWORDS")
    assert put("portal_comment", None) == (200, None)
    assert put("portal_comment", "NOSUCH")[0] == 422
    assert put("no_event", None)[0] == 404
    assert client.post(f"{API}/portal_comment").status_code == 405


def test_only_administrators_come_here(client: Client, agent: User) -> None:
    client.force_login(agent, BACKEND)
    assert client.get("/sm204010/").status_code == 403
    assert client.post("/sm204010/", {}).status_code == 403
    assert client.get(API).status_code == 403
    values = {"notification_id": None}
    assert client.put(f"{API}/portal_comment", values, content_type="application/json").status_code == 403


def test_the_command_lists_and_registers(own: NotificationTemplate, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notifications", "register", "portal_file", "CASEWORDS"]) == 0
    assert main(["notifications", "list", "--json"]) == 0
    assert {"portal_file": "CASEWORDS"}.items() <= {
        one["event"]: one["template"] for one in json.loads(capsys.readouterr().out)
    }.items()
    assert main(["notifications", "register", "portal_file", "NOSUCH"]) == 2
    assert main(["notifications", "register", "nothing"]) == 2


def test_the_portal_is_switched_in_functionalities_and_over_the_api(client: Client, own: NotificationTemplate) -> None:
    assert "Self-service portal" in client.get("/cs100000/").content.decode()
    answer = client.patch("/api/v1/functionalities", {"self_service_portal": True}, content_type="application/json")
    assert answer.json()["self_service_portal"] is True
    assert "Customers sign in at" in client.get("/sm204010/").content.decode()
