"""What windows do and the API does too: works, teammate, stranger, bad id, wrong method."""

from typing import Any

import pytest

from mailroom.records.email_accounts.models import EmailAccount
from tests.api.test_api import client, draft  # noqa: F401 the fixture

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_deleted_email_is_deleted_permanently(client: Any, account: EmailAccount) -> None:  # noqa: F811 the fixture
    api, reader = client(), client("reader")
    number = api.post("/emails", json=draft(account)).json()["id"]
    where = f"/emails/{number}/delete-permanently"
    assert api.post(where).status_code == 409
    api.post(f"/emails/{number}/delete")
    assert reader.post(where).status_code == 403
    assert api.post(where).status_code == 204
    assert api.post(where).status_code == 404
    entry = api.get("/audit-trail", params={"kind": "email"}).json()["items"][0]
    assert (entry["action"], entry["record"]) == ("delete", str(number))


def test_many_emails_are_moved_as_a_job(client: Any, account: EmailAccount) -> None:  # noqa: F811 the fixture
    api, reader = client(), client("reader")
    ids = [api.post("/emails", json=draft(account)).json()["id"] for _ in range(3)]
    made = api.post("/emails/bulk", json={"action": "delete", "ids": ids})
    assert (made.status_code, made.json()["total"]) == (202, 3)
    assert api.post("/emails/bulk", json={"action": "delete", "everything": True, "query": "Hei"}).json()["total"] == 3
    assert reader.post("/emails/bulk", json={"action": "delete", "ids": ids}).status_code == 403
    assert api.post("/emails/bulk", json={"action": "delete", "ids": [999999]}).status_code == 404
    assert api.post("/emails/bulk", json={"action": "delete"}).status_code == 422
    assert api.post(f"/jobs/{made.json()['id']}/undo").status_code == 409


def test_set_up_is_read_changed_and_deleted(client: Any, account: EmailAccount) -> None:  # noqa: F811 the fixture
    api, agent, program = client(), client("agent"), client("api")
    found = api.post("/accounts/find-servers", json={"email_address": "kari@gmail.com"}).json()
    assert found["provider"] == "google"
    assert agent.post("/accounts/find-servers", json={"email_address": "kari@gmail.com"}).status_code == 403
    assert api.put("/locales/sv", json={"description": "Svenska"}).status_code == 200
    assert api.post("/locales/sv/make-default").json()["default"] is True
    assert api.delete("/locales/sv").status_code == 409
    assert api.put("/locales/xx-q", json={"description": "?"}).status_code == 422
    assert agent.get("/locales").status_code == 403
    assert api.delete("/locales/xx").status_code == 404
    assert api.post("/business-accounts", json=[{"account_id": "C1", "name": "Kunde"}]).json() == {"saved": 1}
    assert agent.patch("/business-accounts/C1", json={"name": "Ny"}).json()["name"] == "Ny"
    assert agent.get("/business-accounts/C1/activities").json()["items"] == []
    assert agent.delete("/business-accounts/C1").status_code == 204
    assert agent.get("/business-accounts/C1").status_code == 404
    assert api.post("/users", json={"login": "kari", "role": "agent", "language": "sv"}).status_code == 201
    assert program.post("/users/kari/link").status_code == 403
    assert api.post("/users/kari/link").status_code == 403, "a token is no administrator in person"
    assert api.delete("/users/kari/tokens").json() == {"revoked": 0}
    assert api.delete("/users/kari").status_code == 204
    own = agent.post("/me/tokens", json={"name": "mine"}).json()
    assert agent.delete(f"/me/tokens/{own['id']}").status_code == 204
    lines = [{"property": "subject", "condition": "contains", "value": "Order"}]
    kept = agent.post("/filters", json={"window": "incoming", "name": "Orders", "lines": lines}).json()
    assert api.delete(f"/filters/{kept['id']}").status_code == 404
    assert agent.delete(f"/filters/{kept['id']}").status_code == 204
    assert api.get("/quarantine/files").json()["items"] == []
    assert api.post("/quarantine/replay-all").status_code == 409
    assert agent.get("/audit-trail").status_code == 403


def test_accounts_are_exchanged_as_a_job(client: Any, account: EmailAccount) -> None:  # noqa: F811 the fixture
    assert client().post("/exchanges", json={"action": "receive"}).status_code == 202
    assert client("reader").post("/exchanges", json={"action": "receive"}).status_code == 403
    assert client().post("/exchanges", json={"action": "receive", "accounts": ["NONE"]}).status_code == 404
