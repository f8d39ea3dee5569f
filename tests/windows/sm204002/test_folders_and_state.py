"""SM204002 shows how receiving stands, and keeps the list of folders; API and command line say the same."""

from datetime import datetime

import pytest
from django.test import Client

from mailroom.flows.incoming import accounts as settings
from mailroom.flows.incoming import document_handlers
from mailroom.flows.receiving import folders, receive
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import Employee, User, Workgroup
from tests.factories import relations

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def signed_in(client: Client, administrator: User) -> Client:
    """A client signed in as the administrator."""
    client.force_login(administrator, BACKEND)
    return client


def form_values(client: Client, account: EmailAccount) -> dict[str, object]:
    """What the browser would send of the unchanged page."""
    form = client.get(f"/sm204002/{account.email_account_id}/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_the_page_shows_last_run_lag_and_cursor(signed_in: Client, account: EmailAccount, now: datetime) -> None:
    account.mailbox.deliver(b"From: a@example.org\r\nSubject: x\r\n\r\nHi\r\n")
    receive.receive_account(account.pk, now)
    page = signed_in.get(f"/sm204002/{account.email_account_id}/").content.decode()
    for words in ("Last run", "Next run", "Lag", "INBOX", "read to UID 1"):
        assert words in page


def test_a_folder_is_added_changed_and_removed(signed_in: Client, account: EmailAccount, agent: User) -> None:
    workgroup = Workgroup.objects.create(workgroup_id="ORDERS")
    workgroup.members.add(Employee.objects.get(user=agent))
    address = f"/sm204002/{account.email_account_id}/"
    added = {"folder_0_name": "Orders", "folder_0_work_group": workgroup.pk}
    assert signed_in.post(address, form_values(signed_in, account) | added).status_code == 303
    assert folders.export(account) == [{"folder": "Orders", "default_work_group": "ORDERS", "default_owner": ""}]
    assert f'name="folder_0_work_group_text" value="{workgroup}"' in signed_in.get(address).content.decode()
    changed = {"folder_0_name": "Orders", "folder_0_work_group": "", "folder_1_name": "Åpne"}
    assert signed_in.post(address, form_values(signed_in, account) | changed).status_code == 303
    assert [row["folder"] for row in folders.export(account)] == ["Orders", "Åpne"]
    gone = {"folder_0_name": "", "folder_1_name": ""}
    assert signed_in.post(address, form_values(signed_in, account) | gone).status_code == 303
    assert folders.export(account) == []


def test_a_folder_listed_twice_is_refused_with_words(signed_in: Client, account: EmailAccount) -> None:
    twice = {"folder_0_name": "Orders", "folder_1_name": "Orders"}
    answer = signed_in.post(f"/sm204002/{account.email_account_id}/", form_values(signed_in, account) | twice)
    assert answer.status_code == 422
    assert "listed twice" in answer.content.decode()
    assert folders.export(account) == []


def test_teammates_and_strangers_change_no_folder(client: Client, agent: User, account: EmailAccount) -> None:
    address = f"/sm204002/{account.email_account_id}/"
    assert client.post(address, {"folder_0_name": "X"}).status_code == 302
    client.force_login(agent, BACKEND)
    assert client.post(address, {"folder_0_name": "X"}).status_code == 403
    assert folders.export(account) == []


def test_a_missing_account_is_no_page(signed_in: Client) -> None:
    assert signed_in.post("/sm204002/NOBODY/", {"folder_0_name": "X"}).status_code == 404


def test_folders_are_values_of_an_account_as_files_and_the_api_have_them(account: EmailAccount) -> None:
    wanted = [{"folder": "Orders", "default_work_group": "", "default_owner": ""}]
    settings.save_account({"email_account_id": account.email_account_id, "folders": wanted})
    assert settings.export(account)["folders"] == wanted
    settings.save_account({"email_account_id": account.email_account_id, "description": "other"})
    assert settings.export(account)["folders"] == wanted
    for bad in ("Orders", [1], [{"folder": ""}], None):
        with pytest.raises(settings.Invalid):
            settings.save_account({"email_account_id": account.email_account_id, "folders": bad})


def test_the_handler_of_an_accounts_documents_is_shown_and_is_no_field_to_send(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = relations.account(incoming_mail_server="imap.mailroom.test", outgoing_mail_server="smtp.mailroom.test")
    assert form_values(signed_in, account)["document_handler"] == "None"
    handler = document_handlers.Handler("AutoPay", lambda email, documents: document_handlers.Result("done"))
    monkeypatch.setitem(document_handlers.HANDLERS, "SALES", handler)
    values = form_values(signed_in, account)
    assert values["document_handler"] == "AutoPay"
    assert signed_in.post("/sm204002/SALES/", values | {"document_handler": "Other"}).status_code == 303
    assert signed_in.get("/api/v1/accounts/SALES").json()["document_handler"] == "AutoPay"
