"""Server and store: compared and fetched from the account's window, by the API and from the command line."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.faces.cli import main
from mailroom.flows.receiving import receive, reconcile
from mailroom.flows.receiving.models import ServerMessage
from mailroom.flows.scheduling import jobs
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import Job, User
from tests.factories.mails import letter
from tests.factories.pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lossy(account: EmailAccount, now: datetime) -> EmailAccount:
    """An account that has lost one of its two mails."""
    account.mailbox.folder("INBOX").deliver(letter("lost"), letter("kept"))
    assert receive.receive_account(account.pk, now).stored == 2
    Email.objects.filter(subject="lost").delete()
    ServerMessage.objects.filter(email=None).delete()
    return account


def run_the_job() -> Job:
    job = Job.objects.latest("pk")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def test_the_account_is_compared_and_the_missing_email_fetched(lossy: EmailAccount, administrator: User) -> None:
    """T29: the list of gaps and a button to fetch them."""
    client, address = signed_in(administrator), f"/sm204002/do/gaps/{lossy.email_account_id}/"
    assert "Not compared yet" in client.get(address).content.decode()
    client.post("/sm204002/do/compare/", {"ids": lossy.pk})
    assert "1 not here" in str(run_the_job().results)
    text = client.get(address).content.decode()
    assert "1 email lies on the server and is not here." in text
    assert "lost" in text
    assert "Fetch these" in text
    assert "1 email is not here" in client.get(f"/sm204002/{lossy.email_account_id}/").content.decode()
    client.post("/sm204002/do/fetch-gaps/", {"ids": lossy.pk})
    assert "1 fetched" in str(run_the_job().results)
    assert sorted(Email.objects.values_list("subject", flat=True)) == ["kept", "lost"]
    assert "Fetch these" not in client.get(address).content.decode().replace("Fetch these, then", "")


@pytest.mark.parametrize("action", ["compare", "fetch-gaps"])
def test_nobody_else_compares_or_fetches(account: EmailAccount, administrator: User, agent: User, action: str) -> None:
    address, page = f"/sm204002/do/{action}/", f"/sm204002/do/gaps/{account.email_account_id}/"
    for method, where in (("post", address), ("get", page)):
        assert getattr(signed_in(agent), method)(where, {"ids": account.pk}).status_code == 403
        assert getattr(Client(), method)(where, {"ids": account.pk}).status_code == 302
    assert signed_in(administrator).post(address, {"ids": 999_999}).status_code == 404
    assert signed_in(administrator).get("/sm204002/do/gaps/NOBODY/").status_code == 404
    assert signed_in(administrator).get(address).status_code == 405
    assert signed_in(administrator).post(page).status_code == 405
    assert not Job.objects.exists()


def test_the_api_compares_and_fetches_for_administrators(lossy: EmailAccount) -> None:
    def ask(role: str, method: str, work: str, account: str = lossy.email_account_id) -> Any:
        user = User.objects.filter(login=f"api-{role}").first() or people.create_user(f"api-{role}", "", role)
        token = sign_in.make_token(user, clock.now())
        address = f"/api/v1/accounts/{account}/{work}"
        return Client().generic(method, address, headers={"Authorization": f"Bearer {token}"})

    for method, work in (("POST", "reconcile"), ("GET", "reconcile"), ("POST", "fetch-gaps")):
        assert ask("agent", method, work).status_code == 403
        assert ask("administrator", method, work, "NOBODY").status_code == 404
        assert ask("administrator", "DELETE", work).status_code == 405
        assert Client().generic(method, f"/api/v1/accounts/{lossy.email_account_id}/{work}").status_code == 401
    assert ask("administrator", "GET", "reconcile").status_code == 404
    made = ask("administrator", "POST", "reconcile").json()
    assert (made["on_server"], made["gaps"], made["found"][0]["subject"]) == (2, 1, "lost")
    assert ask("administrator", "POST", "fetch-gaps").json()["fetched"] == 1
    assert ask("administrator", "GET", "reconcile").json()["found"][0]["state"] == "fetched"


def test_the_command_line_tells_what_is_missing_and_fetches_it(
    lossy: EmailAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["reconcile", lossy.email_account_id]) == 1
    assert "lost" in capsys.readouterr().out
    assert main.main(["reconcile", lossy.email_account_id, "--fetch"]) == 0
    assert "1 fetched" in capsys.readouterr().out
    assert main.main(["reconcile", lossy.email_account_id]) == 0
    assert main.main(["reconcile", "NOBODY"]) == 2
    assert reconcile.latest(lossy) is not None
