"""Writing over the API: drafts, files, checks, preview, sending, canned texts, addresses, under the windows' rights."""

import base64
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.mime.message import Address
from mailroom.records.crm.models import Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation.models import User, Workgroup

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def sales(db: None) -> EmailAccount:
    return EmailAccount.objects.create(email_account_id="SALES", email_address="sales@elvestad.example.com")


@pytest.fixture
def draft(sales: EmailAccount, agent: User) -> Email:
    fields = DraftFields(account=sales, to=[Address("Ingrid", "ingrid@fjell.example.net")], subject="Crates", text="Hi")
    return compose.create(fields, clock.now(), agent)


@pytest.fixture
def api(client: Client, agent: User) -> Client:
    client.force_login(agent, BACKEND)
    return client


@pytest.fixture
def other(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ola", role="marketing"), BACKEND)
    return client


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    return getattr(client, method)(f"/api/v1{path}", body, content_type="application/json")


def test_a_draft_is_changed_in_parts(api: Client, draft: Email) -> None:
    answer = send(
        api, "patch", f"/emails/{draft.pk}", {"cc": ["Kari <kari@elvestad.example.com>"], "html": "<p>Hello</p>"}
    )
    assert answer.status_code == 200
    shown = answer.json()
    assert shown["to"] == [{"name": "Ingrid", "address": "ingrid@fjell.example.net"}]
    assert shown["cc"] == [{"name": "Kari", "address": "kari@elvestad.example.com"}]
    assert (shown["subject"], shown["text"], shown["html"]) == ("Crates", "Hello", "<p>Hello</p>")


def test_an_older_version_is_refused(api: Client, draft: Email) -> None:
    assert send(api, "patch", f"/emails/{draft.pk}", {"subject": "One", "version": 0}).status_code == 200
    late = send(api, "patch", f"/emails/{draft.pk}", {"subject": "Two", "version": 0})
    assert late.status_code == 409
    assert "saved this draft meanwhile" in late.json()["detail"]


def test_files_come_and_go(api: Client, draft: Email) -> None:
    file = {"name": "a.pdf", "type": "application/pdf", "content": base64.b64encode(b"%PDF").decode()}
    made = send(api, "post", f"/emails/{draft.pk}/attachments", file)
    assert made.status_code == 201
    number = made.json()["id"]
    assert send(api, "post", f"/emails/{draft.pk}/attachments", file | {"content": "?"}).status_code == 422
    assert send(api, "delete", f"/emails/{draft.pk}/attachments/{number}").status_code == 204
    assert send(api, "delete", f"/emails/{draft.pk}/attachments/{number}").status_code == 404


def test_checks_and_preview_tell_what_a_person_would_see(api: Client, draft: Email) -> None:
    send(api, "patch", f"/emails/{draft.pk}", {"subject": "", "text": "See the attached list"})
    found = send(api, "get", f"/emails/{draft.pk}/checks").json()
    assert [one["key"] for one in found] == ["subject", "file"]
    seen = send(api, "get", f"/emails/{draft.pk}/preview").json()
    assert seen["from"][0]["address"] == "sales@elvestad.example.com"
    assert "attached list" in seen["text"]


def test_a_draft_is_sent_later_and_taken_back_by_an_answer(api: Client, draft: Email) -> None:
    body = {"send_at": "2030-01-01T08:00:00+01:00", "cancel_if_answered": True}
    assert send(api, "post", f"/emails/{draft.pk}/send", body).status_code == 200
    email = Email.objects.get()
    assert (email.status, email.cancel_if_answered) == (Status.PENDING, True)
    assert send(api, "patch", f"/emails/{draft.pk}", {"subject": "late"}).status_code == 409


@pytest.mark.parametrize(
    ("method", "path"),
    [("patch", ""), ("post", "/attachments"), ("get", "/checks"), ("get", "/preview"), ("post", "/send")],
)
def test_a_stranger_and_a_bad_id_find_nothing(api: Client, other: Client, draft: Email, method: str, path: str) -> None:
    body = {"name": "a", "content": ""} if path == "/attachments" else {}
    assert send(other, method, f"/emails/{draft.pk}{path}", body if method != "get" else None).status_code == 404
    assert send(api, method, f"/emails/999999{path}", body if method != "get" else None).status_code == 404


def test_canned_texts_are_kept_by_who_may(api: Client, other: Client, agent: User) -> None:
    group = Workgroup.objects.create(workgroup_id="SUPPORT")
    agent.employee.workgroups.add(group)  # type: ignore[attr-defined]  # the reverse of a one-to-one field
    mine = send(api, "post", "/canned-texts", {"name": "Hello", "body": "<p>Hi ((FirstName))</p>"})
    ours = send(api, "post", "/canned-texts", {"name": "Ours", "body": "x", "personal": False, "workgroup": "SUPPORT"})
    assert (mine.status_code, ours.status_code) == (201, 201)
    assert [text["name"] for text in send(api, "get", "/canned-texts").json()] == ["Hello", "Ours"]
    assert send(other, "get", "/canned-texts").json() == []
    assert send(other, "delete", f"/canned-texts/{mine.json()['id']}").status_code == 404
    changed = send(api, "put", f"/canned-texts/{mine.json()['id']}", {"name": "Hello again", "body": "y"})
    assert changed.json()["name"] == "Hello again"
    assert send(api, "delete", f"/canned-texts/{mine.json()['id']}").status_code == 204


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ({"name": "", "body": "x"}, "Give the text a name"),
        ({"name": "a", "body": "((Nonsense))"}, "There is no ((Nonsense))"),
        ({"name": "a", "body": "x", "personal": False}, "own work groups"),
        ({"name": "a", "body": "x", "workgroup": "NONE"}, "no work group NONE"),
    ],
)
def test_a_canned_text_that_makes_no_sense_is_refused_in_words(api: Client, text: dict[str, Any], words: str) -> None:
    answer = send(api, "post", "/canned-texts", text)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_addresses_are_suggested_from_the_address_book(api: Client, agent: User) -> None:
    Contact.objects.create(name="Ingrid Solheim", email="ingrid@fjell.example.net")
    found = send(api, "get", "/addresses?query=solh").json()
    assert found == [{"name": "Ingrid Solheim", "email": "ingrid@fjell.example.net", "source": "Contact"}]
