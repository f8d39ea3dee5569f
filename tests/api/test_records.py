"""The API of records: the windows' rules and rights, links of emails, Activities, files, imports."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.crm.models import BusinessDocument, Case
from mailroom.records.emails.models import Email
from mailroom.records.organisation import features, people, sign_in
from mailroom.records.organisation.models import User
from tests.factories import relations

pytestmark = pytest.mark.django_db
Make = Callable[..., "Api"]
RECORDS = {
    "cases": {"subject": "Price"},
    "contacts": {"name": "Ingrid", "email": "ingrid@fjellbekk.example.net"},
    "leads": {"name": "Eirik"},
    "tasks": {"subject": "Call"},
    "events": {"subject": "Call", "starts_at": "2026-11-25T10:00:00Z", "ends_at": "2026-11-25T11:00:00Z"},
    "expense-receipts": {"date": "2026-11-24", "description": "Taxi", "amount": "120.50"},
    "employees": {"employee_id": "E9", "name": "Siri"},
}
each = pytest.mark.parametrize("resource", RECORDS)


class Api:
    """Speaks JSON with a user's token."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.headers = {"authorization": f"Bearer {sign_in.make_token(user, clock.now())}"}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        options = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(Client(), method)(f"/api/v1/{path}", headers=self.headers, **options)


@pytest.fixture
def api(db: None) -> Make:
    def make(role: str = "administrator") -> Api:
        return Api(people.create_user(f"{role}{User.objects.count()}", "", role))

    return make


@each
def test_a_record_is_created_listed_changed_and_deleted(api: Make, resource: str) -> None:
    call = api()
    made = call("post", resource, RECORDS[resource])
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert call("get", f"{resource}/{key}").json() == made.json()
    assert key in [row["id"] for row in call("get", resource).json()["items"]]
    field = next(name for name in ("subject", "name", "description") if name in RECORDS[resource])
    assert call("patch", f"{resource}/{key}", {field: "Other"}).json()[field] == "Other"
    assert call("delete", f"{resource}/{key}").status_code == 204
    assert call("get", f"{resource}/{key}").status_code == 404


@each
def test_a_reader_reads_and_a_nobody_does_not(api: Make, resource: str) -> None:
    key = api()("post", resource, RECORDS[resource]).json()["id"]
    reader = api("reader")
    assert reader("get", f"{resource}/{key}").status_code == 200
    for method, path, body in (
        ("post", resource, RECORDS[resource]),
        ("patch", f"{resource}/{key}", RECORDS[resource]),
        ("delete", f"{resource}/{key}", None),
        ("post", f"{resource}/{key}/files", {"name": "a", "content": ""}),
    ):
        assert reader(method, path, body).status_code == 403
    assert Client().get(f"/api/v1/{resource}").status_code == 401
    assert reader("put", resource, {}).status_code == 405


@each
def test_wrong_values_and_ids_are_problems_with_words(api: Make, resource: str) -> None:
    call = api()
    for reference in ("999999", "99999999999999999999", "x%00y", "-1"):
        answer = call("get", f"{resource}/{reference}")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
    relation = {"employees": "user"}.get(resource, "employee" if resource == "expense-receipts" else "owner")
    refused = call("post", resource, RECORDS[resource] | {relation: "NOBODY"})
    assert refused.status_code == 422
    assert "NOBODY" in refused.json()["detail"]
    assert call("get", f"{resource}?cursor=abc").status_code == 422


@pytest.mark.parametrize("reference", ["9" * 5_000, "9" * 19, "\u0669" * 5_000, "-1"])
def test_a_number_of_any_length_is_that_of_no_record(api: Make, reference: str) -> None:
    """Python reads no number of thousands of digits: asked to, it raises."""
    ask = api("administrator")
    for place in ("cases", "contacts", "documents", "business-accounts"):
        assert ask("get", f"{place}/{reference}").status_code == 404, place


def test_emails_become_activities_archived_ones_too_and_strangers_mail_is_not_found(api: Make) -> None:
    now = clock.now()
    mail = relations.mail(now)
    Email.objects.filter(pk=mail.pk).update(archived=True, box="archived")
    call = api()
    case = call("post", "cases", {"subject": "Price", "emails": [mail.pk]}).json()
    found = call("get", f"cases/{case['case_id']}/activities").json()
    assert [(row["kind"], row["id"], row["archived"]) for row in found["items"]] == [("email", mail.pk, True)]
    owner, stranger = api("agent"), api("agent")
    Email.objects.filter(pk=mail.pk).update(owner=owner.user.employee)
    assert stranger("post", "tasks", {"subject": "x", "emails": [mail.pk]}).status_code == 404
    assert stranger("get", f"cases/{case['case_id']}/activities").json()["items"] == []
    assert not call("post", "tasks", {"subject": "x", "emails": [10**19]}).status_code < 400


def test_an_email_is_linked_by_number_unlinked_and_the_link_taken_back(api: Make) -> None:
    mail, call = relations.mail(clock.now()), api()
    case = call("post", "cases", {"subject": "Price"}).json()
    linked = call("post", f"emails/{mail.pk}/link", {"type": "case", "id": case["case_id"]})
    assert linked.json()["related_entity"] == {
        "type": "case",
        "id": case["id"],
        "description": f"{case['case_id']} Price",
    }
    assert call("delete", f"emails/{mail.pk}/link").json()["related_entity"] is None
    assert call("post", f"emails/{mail.pk}/link/undo").json()["related_entity"]["id"] == case["id"]
    for body in ({"type": "case", "id": 999999}, {"type": "none", "id": 1}, {"type": "case"}, {}):
        assert call("post", f"emails/{mail.pk}/link", body).status_code == 422
    body = {"type": "case", "id": case["id"]}
    assert call("post", "emails/999999/link", body).status_code == 404
    assert api("reader")("post", f"emails/{mail.pk}/link", body).status_code == 403
    assert call("put", f"emails/{mail.pk}/link", body).status_code == 405
    assert call("post", f"emails/{mail.pk}/archive").json()["archived"] is True


def test_every_type_is_listed_and_searched(api: Make) -> None:
    call = api()
    BusinessDocument.objects.create(type="sales_order", number="20944", description="Chairs")
    keys = {row["type"] for row in call("get", "entities").json()}
    assert {"case", "contact", "lead", "sales_order", "supplier", "receipt", "task"} <= keys
    found = call("get", "entities/sales_order?query=chairs").json()
    assert [row["description"] for row in found] == ["Sales order 20944 Chairs"]
    assert call("get", "entities/none").status_code == 404


def test_a_task_is_made_for_a_record_and_its_dates_agree(api: Make) -> None:
    call = api()
    case = call("post", "cases", {"subject": "Price"}).json()
    task = call("post", "tasks", {"subject": "Call", "related": {"type": "case", "id": case["case_id"]}}).json()
    assert task["related_entity_id"] == case["id"]
    wrong = call("patch", f"tasks/{task['id']}", {"start_on": "2026-12-02", "due_on": "2026-12-01"})
    assert wrong.status_code == 422
    assert "before the start" in wrong.json()["detail"]
    done = call("patch", f"tasks/{task['id']}", {"status": "completed"}).json()
    assert done["completed_at"]
    assert call("post", "tasks", {"subject": "x", "related": {"type": "case", "id": 999}}).status_code == 422


def test_cases_are_refused_while_case_management_is_off(api: Make) -> None:
    call = api()
    assert call("patch", "functionalities", {"case_management": False}).json()["case_management"] is False
    assert call("get", "cases").status_code == 403
    assert call("post", "cases", {"subject": "x"}).status_code == 403
    assert not Case.objects.exists()
    assert api("agent")("patch", "functionalities", {"case_management": True}).status_code == 403
    assert features.is_on("case_management") is False


def test_a_receipt_and_its_files_are_its_owners(api: Make) -> None:
    owner, other = api("agent"), api("agent")
    receipt = owner("post", "expense-receipts", RECORDS["expense-receipts"]).json()
    assert receipt["receipt_id"] == "R-000001"
    path = f"expense-receipts/{receipt['receipt_id']}/files"
    file = owner("post", path, {"name": "a.pdf", "content": base64.b64encode(b"%PDF").decode()}).json()
    got = owner("get", f"{path}/{file['id']}")
    assert b"".join(got.streaming_content) == b"%PDF"
    assert other("get", path).status_code == 404
    assert owner("post", path, {"name": "a", "content": "%%"}).status_code == 422
    assert owner("delete", f"{path}/{file['id']}").status_code == 204
    assert owner("delete", f"{path}/{file['id']}").status_code == 404


def test_a_documents_lines_come_with_it_and_stay_until_new_ones_come(api: Make) -> None:
    call = api()
    line = {"item": "CRATE", "quantity": "40", "unit_price": "950.00"}
    order = {
        "type": "sales_order",
        "number": "7",
        "currency": "NOK",
        "lines": [line, {"item": "FREIGHT", "amount": "50.5"}],
    }
    assert call("post", "documents", [order]).json() == {"saved": 1}
    (shown,) = call("get", "documents").json()["items"]
    assert (shown["currency"], shown["total"]) == ("NOK", "38050.50")
    assert [one["item"] for one in shown["lines"]] == ["CRATE", "FREIGHT"]
    call("post", "documents", [{"type": "sales_order", "number": "7"}])
    assert len(call("get", "documents").json()["items"][0]["lines"]) == 2
    call("post", "documents", [order | {"lines": [line]}])
    assert [one["item"] for one in call("get", "documents").json()["items"][0]["lines"]] == ["CRATE"]
    assert call("post", "documents", [order | {"currency": "crowns"}]).status_code == 422


def test_documents_and_accounts_are_imported_again_and_again(api: Make) -> None:
    call = api()
    accounts = [{"account_id": "10388", "name": "Fjellbekk"}, {"account_id": "10388", "name": "Fjellbekk Møbler"}]
    assert call("post", "business-accounts", accounts).json() == {"saved": 1}
    rows = [{"type": "sales_invoice", "number": str(n), "business_account": "10388"} for n in range(3)]
    assert call("post", "documents", rows).json() == {"saved": 3}
    assert call("post", "documents", [rows[0] | {"description": "Chairs"}]).json() == {"saved": 1}
    assert BusinessDocument.objects.count() == 3
    page = call("get", "documents?limit=2").json()
    assert len(page["items"]) == 2
    assert len(call("get", f"documents?limit=2&cursor={page['cursor']}").json()["items"]) == 1
    refused = call("post", "documents", [*rows, rows[0] | {"number": "9", "business_account": "404"}])
    assert refused.status_code == 422
    assert BusinessDocument.objects.count() == 3
    assert api("agent")("post", "documents", rows).status_code == 403


def test_users_are_for_administrators_and_never_show_a_secret(api: Make) -> None:
    call = api()
    made = call("post", "users", {"login": "Ola", "role": "agent", "language": "nb"})
    assert (made.status_code, made.json()["login"], made.json()["employee"]) == (201, "ola", "ola")
    assert "pbkdf2" not in call("get", "users").content.decode() + made.content.decode()
    assert call("patch", "users/ola", {"role": "reader"}).json()["role"] == "reader"
    assert call("patch", "users/ola", {"time_zone": "Mars"}).status_code == 422
    assert call("patch", f"users/{call.user.login}", {"is_active": False}).status_code == 403
    assert call("get", "users/nobody").status_code == 404
    assert api("supervisor")("get", "users").status_code == 403
