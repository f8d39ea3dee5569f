"""Notification templates by the API: the same rules and rights as the window."""

import base64
import json
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.crm.models import Case
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.notifications import files, standard
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def api(client: Client, administrator: User) -> Any:
    client.force_login(administrator, BACKEND)

    def ask(method: str, path: str, body: Any = None) -> Any:
        text = "" if body is None else json.dumps(body)
        return client.generic(method, f"/api/v1/templates{path}", text, content_type="application/json")

    return ask


def test_a_template_is_made_changed_and_removed(api: Any) -> None:
    new = {"description": "Case activity", "window_id": "CR306000", "body": "<p>x</p><script>y</script>"}
    made = api("POST", "", new)
    assert made.status_code == 201
    number = made.json()["id"]
    assert (made.json()["notification_id"], made.json()["body"]) == ("CASEACTIVITY", "<p>x</p>")
    assert api("PATCH", f"/{number}", {"subject": "New"}).json()["subject"] == "New"
    assert any(one["id"] == number for one in api("GET", "").json())
    assert api("DELETE", f"/{number}").status_code == 204
    assert api("GET", f"/{number}").status_code == 404


def test_what_cannot_be_is_a_problem(api: Any) -> None:
    current.read()
    welcome = standard.find(standard.WELCOME)
    assert welcome is not None
    assert api("POST", "", {"description": "x"}).status_code == 422
    assert "body" in api("PATCH", f"/{welcome.pk}", {"body": "((Name))"}).json()["errors"]
    assert api("DELETE", f"/{welcome.pk}").status_code == 409


def test_an_agent_is_refused(client: Client, agent: User) -> None:
    client.force_login(agent, BACKEND)
    assert client.get("/api/v1/templates").status_code == 403


def test_earlier_versions_are_listed_and_put_back(api: Any) -> None:
    new = {"description": "Case activity", "window_id": "CR306000", "body": "<p>One</p>"}
    number = api("POST", "", new).json()["id"]
    assert api("PATCH", f"/{number}", {"body": "<p>Two</p>"}).status_code == 200
    newest, first = api("GET", f"/{number}/versions").json()
    assert (newest["values"]["body"], first["saved_by"]) == ("<p>Two</p>", "admin")
    assert api("POST", f"/{number}/versions/{first['id']}/restore").json()["body"] == "<p>One</p>"
    assert len(api("GET", f"/{number}/versions").json()) == 3
    assert api("POST", f"/{number}/versions/999999/restore").status_code == 404


def test_a_placeholder_without_a_value_is_refused_with_its_line(api: Any) -> None:
    wrong = {"description": "x", "window_id": "CR306000", "body": "<p>Hi</p><p>((Case.Sbject))</p>"}
    answer = api("POST", "", wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"]["body"].startswith("Line 2: ((Case.Sbject))")
    assert "((Case.Subject))" in answer.json()["errors"]["body"]


def test_a_template_is_previewed_with_a_record_and_sent_to_one_address_as_a_test(api: Any, administrator: User) -> None:
    case = Case.objects.create(case_id="000007", subject="Crates", created_at=clock.now())
    new = {
        "description": "Case",
        "window_id": "CR306000",
        "subject": "About ((Case.Subject))",
        "body": "<p>((Case.Subject))</p>",
        "to": "x@y.example",
    }
    number = api("POST", "", new).json()["id"]
    shown = api("POST", f"/{number}/preview", {"record": case.pk}).json()
    assert (shown["subject"], shown["text"].strip(), shown["problems"]) == ("About Crates", "Crates", [])
    assert api("POST", f"/{number}/preview", {}).json()["subject"] == "About"
    assert api("POST", f"/{number}/test", {"to": "me@mailroom.test"}).status_code == 409, "no account to send from"
    EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    sent = api("POST", f"/{number}/test", {"to": "me@mailroom.test", "record": case.pk})
    assert sent.status_code == 202
    email = Email.objects.get(pk=sent.json()["email"])
    assert (email.subject, email.to_line, email.status) == ("About Crates", "me@mailroom.test", "pending")


def test_preview_and_test_are_the_administrators_and_refuse_what_is_not_there(api: Any, agent: User) -> None:
    number = api("POST", "", {"description": "Case", "window_id": "CR306000"}).json()["id"]
    assert api("POST", f"/{number}/preview", {"record": 999}).status_code == 404
    assert api("POST", f"/{number}/preview", {"record": -1}).status_code == 404
    assert api("POST", "/999999/preview", {}).status_code == 404
    assert api("POST", "/999999/test", {"to": "a@b.example"}).status_code == 404
    assert api("POST", f"/{number}/test", {}).status_code == 422
    assert api("GET", f"/{number}/test").status_code == 405
    other = Client()
    other.force_login(agent, BACKEND)
    for way in ("preview", "test"):
        path, body = f"/api/v1/templates/{number}/{way}", {"to": "a@b.example"}
        assert other.post(path, body, content_type="application/json").status_code == 403
        assert Client().post(path, body, content_type="application/json").status_code == 401


def test_files_of_a_template_go_with_its_mail(api: Any, administrator: User) -> None:
    EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    number = api("POST", "", {"description": "Terms", "window_id": "CR306000", "body": "<p>See it.</p>"}).json()["id"]
    made = api("POST", f"/{number}/files", {"name": "terms.pdf", "content": base64.b64encode(b"%PDF-1.4").decode()})
    assert (made.status_code, made.json()["size"]) == (201, 8)
    assert api("POST", f"/{number}/files", {"name": "x", "content": "%%%"}).status_code == 422
    sent = Email.objects.get(pk=api("POST", f"/{number}/test", {"to": "me@mailroom.test"}).json()["email"])
    assert [(one.name, one.content_type) for one in sent.attachments.all()] == [("terms.pdf", "application/pdf")]
    assert [one["name"] for one in api("GET", f"/{number}/files").json()] == ["terms.pdf"]
    assert api("DELETE", f"/{number}/files/{made.json()['id']}").status_code == 204
    assert api("DELETE", f"/{number}/files/{made.json()['id']}").status_code == 404
    assert api("GET", f"/{number}/files").json() == []
    assert sent.attachments.count() == 1, "mail that was made keeps its file"


def test_a_template_takes_so_much_and_no_more(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    number = api("POST", "", {"description": "Terms", "window_id": "CR306000"}).json()["id"]
    monkeypatch.setattr(files, "LARGEST", 5)
    one = {"name": "a.txt", "content": base64.b64encode(b"abc").decode()}
    assert api("POST", f"/{number}/files", one).status_code == 201
    assert "together" in api("POST", f"/{number}/files", one).json()["detail"]
    monkeypatch.setattr(files, "LARGEST", 500)
    monkeypatch.setattr(files, "MOST", 1)
    assert api("POST", f"/{number}/files", one).status_code == 422
