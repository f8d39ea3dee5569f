"""Many records in one request stand in the audit trail one by one: what is new, and what changed from what."""

from typing import Any

import pytest
from django.test import Client

from mailroom.records.organisation import trail
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(client: Client, administrator: User) -> Any:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    return lambda path, rows: client.post(f"/api/v1{path}", rows, content_type="application/json")


def told(kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    rows = trail.narrowed(trail.Narrowing(kind=kind)).order_by("pk")
    return [(one["action"], one["name"], one["changes"]) for one in map(trail.export, rows)]


def test_imported_accounts_are_told_one_by_one(send: Any, administrator: User) -> None:
    assert send(
        "/business-accounts", [{"account_id": "C1", "name": "Moe"}, {"account_id": "C2", "name": "Lie"}]
    ).json() == {"saved": 2}
    assert [one[:2] for one in told("businessaccount")] == [("create", "Moe"), ("create", "Lie")]
    send("/business-accounts", [{"account_id": "C1", "name": "Moen"}, {"account_id": "C2", "name": "Lie"}])
    assert told("businessaccount")[2:] == [("update", "Moen", {"name": ["Moe", "Moen"]})]
    newest = trail.export(trail.entries().order_by("-pk")[0])
    assert (newest["by"], newest["way"]) == ("admin", "api")


def test_imported_documents_are_told_and_a_number_of_another_type_is_another_document(send: Any) -> None:
    order = {"type": "sales_order", "number": "7", "description": "Crates"}
    assert send("/documents", [order, {"type": "sales_invoice", "number": "7"}]).json() == {"saved": 2}
    assert send("/documents", [order | {"description": "Boxes"}]).json() == {"saved": 1}
    found = told("businessdocument")
    assert [one[0] for one in found] == ["create", "create", "update"]
    assert found[2][2] == {"description": ["Crates", "Boxes"]}


def test_a_refused_import_tells_nothing(send: Any) -> None:
    before = trail.entries().count()
    assert send("/documents", [{"type": "sales_order", "number": "8", "business_account": "NOBODY"}]).status_code == 422
    assert trail.entries().count() == before
    assert send("/business-accounts", []).json() == {"saved": 0}
