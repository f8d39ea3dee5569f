"""The API by HTTP: the contract's shapes, rights, problems, and no 500 for any request."""

import base64
from typing import Any

import httpx
import pytest
from django.db import connection

from mailroom.base import clock
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation import people, sign_in
from tests.api.fuzzing import fuzz
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(live_server: Any) -> Any:
    """Makes clients with a fresh user's token: `client("reader")`."""
    made: list[httpx.Client] = []

    def make(role: str = "administrator") -> httpx.Client:
        user = people.create_user(f"{role}{len(made)}", "", role)
        headers = {"Authorization": f"Bearer {sign_in.make_token(user, clock.now())}"}
        made.append(httpx.Client(base_url=f"{live_server.url}/api/v1", headers=headers, timeout=30, trust_env=False))
        return made[-1]

    yield make
    for one in made:
        one.close()


def draft(account: EmailAccount, **fields: Any) -> dict[str, Any]:
    return {
        "account": account.email_account_id,
        "to": ["Ola <ola@example.org>"],
        "subject": "Hei",
        "text": "Hello",
    } | fields


def test_an_email_is_written_and_queued_as_the_contract_says(client: Any, account: EmailAccount) -> None:
    attachment = {"name": "a.txt", "type": "text/plain", "content": base64.b64encode(b"abc").decode()}
    answer = client().post("/emails", json=draft(account, send=True, attachments=[attachment]))
    assert answer.status_code == 201
    found = answer.json()
    assert (found["direction"], found["status"], found["account"]) == (
        "outgoing",
        "Pending processing",
        account.email_account_id,
    )
    assert found["recipients"] == [{"address": "ola@example.org", "outcome": "waiting", "reply": "", "at": None}]
    assert found["attachments"][0]["name"] == "a.txt"
    assert found["message_id"]


def test_the_same_idempotency_key_makes_one_email(client: Any, account: EmailAccount) -> None:
    api = client()
    first, second = (api.post("/emails", json=draft(account, idempotency_key="k1")).json()["id"] for _ in range(2))
    assert first == second
    assert Email.objects.count() == 1


def test_a_key_is_its_callers_own_and_takes_the_place_of_no_notice(client: Any, account: EmailAccount) -> None:
    """Automatic replies and notices are sent once by keys that anybody can guess."""
    one, other = client("agent"), client("agent")
    made = [api.post("/emails", json=draft(account, idempotency_key="confirmation:1")) for api in (one, other)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json()["id"] != made[1].json()["id"]
    assert not Email.objects.filter(idempotency_key__startswith="confirmation:").exists()


def test_a_list_is_walked_by_cursor_without_a_gap(client: Any, account: EmailAccount) -> None:
    api = client()
    ids = {api.post("/emails", json=draft(account)).json()["id"] for _ in range(7)}
    seen: list[int] = []
    cursor = ""
    while cursor is not None:
        page = api.get("/emails", params={"limit": 3, "cursor": cursor}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["cursor"]
    assert sorted(seen) == sorted(ids)


def test_actions_obey_the_state_table(client: Any, account: EmailAccount) -> None:
    api = client()
    number = api.post("/emails", json=draft(account)).json()["id"]
    assert api.post(f"/emails/{number}/archive").status_code == 409
    assert api.post(f"/emails/{number}/send").json()["status"] == "Pending processing"
    assert api.post(f"/emails/{number}/cancel").json()["status"] == "Canceled"
    assert [row["after"] for row in api.get(f"/emails/{number}/history").json()] == ["pending", "canceled"]


def test_rights_are_those_of_the_role(client: Any, account: EmailAccount, live_server: Any) -> None:
    number = client().post("/emails", json=draft(account)).json()["id"]
    reader, agent = client("reader"), client("agent")
    assert reader.get(f"/emails/{number}").status_code == 200
    assert reader.post("/emails", json=draft(account)).status_code == 403
    assert agent.get("/accounts").status_code == 403
    assert httpx.get(f"{live_server.url}/api/v1/emails", trust_env=False).status_code == 401
    for method, path in (("GET", "/emails/999999"), ("GET", "/emails/99999999999999999999")):
        answer = reader.request(method, path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert reader.request("DELETE", f"/emails/{number}").status_code == 405


def test_a_personal_accounts_mail_is_its_owners_alone(client: Any, accounts: AccountFactory) -> None:
    owner = people.create_user("owner", "", "agent")
    personal = accounts.make(personal_owner=owner)
    email = Email.objects.create(
        direction="incoming", box="incoming", account=personal, date=clock.now(), created_at=clock.now()
    )
    assert client().get(f"/emails/{email.pk}").status_code == 404


def test_bad_requests_are_problems_with_words(client: Any, account: EmailAccount) -> None:
    api = client()
    for body, word in (
        (draft(account, to=[], send=True), "recipient"),
        (draft(account, to=["ola@"], send=True), "ola@"),
        (draft(account) | {"account": "NONE"}, "NONE"),
        (draft(account, attachments=[{"name": "x", "content": "%%%"}]), "base64"),
    ):
        answer = api.post("/emails", json=body)
        assert answer.status_code == 422
        assert word in answer.json()["detail"]


def test_accounts_come_without_secrets(client: Any, account: EmailAccount) -> None:
    api = client()
    assert account.password not in api.get("/accounts").text
    assert api.get(f"/accounts/{account.email_account_id}").json()["password_is_set"] is True
    changed = api.put(f"/accounts/{account.email_account_id}", json={"description": "Post"})
    assert changed.json().get("description") == "Post", changed.text
    assert api.put("/accounts/NEW", json={"emial_address": "x"}).status_code == 422
    steps = api.post(f"/accounts/{account.email_account_id}/test").json()
    assert steps["passed"] is True


def test_the_documentation_pages_ask_no_other_host(client: Any) -> None:
    api = client()
    assert api.get("/openapi.json").json()["info"]["title"] == "Mailroom"
    assert "cdn" not in api.get("/docs").text


def test_no_request_that_the_schema_allows_breaks_the_server(
    client: Any, account: EmailAccount, live_server: Any
) -> None:
    seed = 1 if connection.vendor == "sqlite" else 2  # other requests on the other database
    fuzz(live_server.url, client().headers["Authorization"], examples=4, seed=seed)


def test_a_dkim_key_is_made_and_shown_by_its_public_half_only(client: Any, account: EmailAccount) -> None:
    api, agent = client(), client("agent")
    where = f"/accounts/{account.email_account_id}/dkim"
    assert api.get(where).status_code == 404
    assert agent.post(where).status_code == agent.get(where).status_code == 403
    made = api.post(where).json()
    assert (made["selector"], made["record_value"][:12]) == ("mailroom", "v=DKIM1; k=r")
    assert api.get(where).json() == made
    assert "PRIVATE" not in str(made)
    assert api.post(where, json={"selector": "key-2027"}).json()["record_name"].startswith("key-2027._domainkey.")
    assert api.post(where, json={"selector": "two words"}).status_code == 422
    assert api.post("/accounts/NOBODY/dkim").status_code == 404
    assert api.delete(where).status_code == 405
