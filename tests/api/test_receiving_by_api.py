"""Receiving on demand, from outside by HTTP: the whole of an oversized mail, comparing, fetching what is missing."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from mailroom.flows.receiving import receive
from mailroom.flows.receiving.models import ReceivingOptions, ServerMessage
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from tests.api.test_api import client  # noqa: F401 the fixture
from tests.factories.mails import file, letter

STRANGER = {"Authorization": "Bearer nobody"}
pytestmark = pytest.mark.django_db(transaction=True)


def received(account: EmailAccount, now: datetime, *letters: bytes) -> None:
    account.mailbox.folder("INBOX").deliver(*letters)
    assert receive.receive_account(account.pk, now).error == ""


def test_the_whole_of_an_oversized_email_is_fetched(client: Any, account: EmailAccount, now: datetime) -> None:  # noqa: F811 the fixture
    ReceivingOptions.objects.create(account=account, largest_email_bytes=1000)
    whole = letter("big", parts=[file("big.pdf", b"x" * 5000)])
    received(account, now, whole)
    email = Email.objects.get()
    api, where = client(), f"/emails/{email.pk}/fetch-whole"
    assert api.get(f"/emails/{email.pk}/raw").content != whole
    assert client("reader").post(where).status_code == 403
    assert httpx.post(f"{str(api.base_url).rstrip('/')}{where}", headers=STRANGER, trust_env=False).status_code == 401
    assert api.post("/emails/999999/fetch-whole").status_code == 404
    assert api.get(where).status_code == 405
    answer = api.post(where)
    assert (answer.status_code, [row["name"] for row in answer.json()["attachments"]]) == (200, ["big.pdf"])
    assert api.get(f"/emails/{email.pk}/raw").content == whole
    again = api.post(where)
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")


def test_an_oversized_email_that_has_gone_from_the_server_is_a_conflict(
    client: Any,  # noqa: F811 the fixture
    account: EmailAccount,
    now: datetime,
) -> None:
    ReceivingOptions.objects.create(account=account, largest_email_bytes=1000)
    received(account, now, letter("big", parts=[file("big.pdf", b"x" * 5000)]))
    account.mailbox.folder("INBOX").expunge()
    answer = client().post(f"/emails/{Email.objects.get().pk}/fetch-whole")
    assert answer.status_code == 409
    assert "not on the server any more" in answer.json()["detail"]


@pytest.mark.parametrize(("method", "work"), [("GET", "reconcile"), ("POST", "reconcile"), ("POST", "fetch-gaps")])
def test_comparing_is_for_administrators(client: Any, account: EmailAccount, method: str, work: str) -> None:  # noqa: F811 the fixture
    api, where = client(), f"/accounts/{account.email_account_id}/{work}"
    assert client("agent").request(method, where).status_code == 403
    assert (
        httpx.request(method, f"{str(api.base_url).rstrip('/')}{where}", headers=STRANGER, trust_env=False).status_code
        == 401
    )
    assert api.request(method, f"/accounts/NOBODY/{work}").status_code == 404
    assert api.delete(where).status_code == 405


def test_what_is_missing_is_found_and_fetched(client: Any, account: EmailAccount, now: datetime) -> None:  # noqa: F811 the fixture
    received(account, now, letter("lost"), letter("kept"))
    Email.objects.filter(subject="lost").delete()
    ServerMessage.objects.filter(email=None).delete()
    api, where = client(), f"/accounts/{account.email_account_id}"
    assert api.get(f"{where}/reconcile").status_code == 404
    made = api.post(f"{where}/reconcile").json()
    assert (made["on_server"], made["gaps"], made["error"]) == (2, 1, "")
    assert [(row["subject"], row["state"]) for row in made["found"]] == [("lost", "open")]
    assert api.post(f"{where}/fetch-gaps").json()["fetched"] == 1
    assert api.get(f"{where}/reconcile").json()["found"][0]["state"] == "fetched"
    assert api.post(f"{where}/fetch-gaps").json()["fetched"] == 0
    assert api.post(f"{where}/reconcile").json()["gaps"] == 0
    assert sorted(row["subject"] for row in api.get("/emails").json()["items"]) == ["kept", "lost"]
