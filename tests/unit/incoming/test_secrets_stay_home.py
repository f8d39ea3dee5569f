"""A stored secret is sent to no server that it was not given for: who changes the server gives it anew."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.faces.cli import main
from mailroom.flows.incoming import accounts
from mailroom.flows.sending.models import SendingOptions
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db
SAVED: dict[str, Any] = {
    "email_account_id": "SALES",
    "email_address": "sales@mailroom.test",
    "incoming_mail_server": "imap.mailroom.test",
    "outgoing_mail_server": "smtp.mailroom.test",
    "username": "sales",
    "password": "the stored one",
}
TOKENS = {"oauth2_refresh_token": "r", "oauth2_access_token": "a", "oauth2_client_secret": "s", "password": ""}


def change(**values: Any) -> EmailAccount:
    return accounts.save_account({"email_account_id": "SALES", **values})


@pytest.fixture(autouse=True)
def account(db: None) -> EmailAccount:
    """An account with its password."""
    return accounts.save_account(SAVED)


REDIRECTIONS = [
    {"incoming_mail_server": "imap.elsewhere.test"},
    {"outgoing_mail_server": "smtp.elsewhere.test"},
    {"incoming_server_port": 1143},
    {"outgoing_server_port": 25},
    {"incoming_server_encrypted_connection": "none"},
    {"outgoing_server_encrypted_connection": "none"},
    {"verify_certificates": False},
    {"certificate_authority": "-----BEGIN CERTIFICATE-----"},
]


@pytest.mark.parametrize("values", REDIRECTIONS)
def test_another_server_port_or_protection_asks_for_the_password(values: dict[str, Any]) -> None:
    with pytest.raises(accounts.Invalid) as refused:
        change(**values)
    assert list(refused.value.errors) == ["password"]
    kept = EmailAccount.objects.get()
    assert {name: getattr(kept, name) for name in values} != values
    assert change(**values, password="a new one").password == "a new one"


def test_what_tells_no_server_anything_new_is_saved_without_the_password() -> None:
    change(description="Sales", username="other", incoming_mail_server="IMAP.mailroom.test", timeout_seconds=10)
    assert EmailAccount.objects.get().password == "the stored one"


def test_a_server_is_not_changed_while_it_is_told_nothing_and_then_told_all() -> None:
    """The detour: sign-in off, another server, sign-in on again."""
    change(my_outgoing_server_requires_authentication=False, outgoing_mail_server="smtp.elsewhere.test")
    with pytest.raises(accounts.Invalid) as refused:
        change(my_outgoing_server_requires_authentication=True)
    assert "password" in refused.value.errors
    change(incoming_mail_protocol="none", incoming_mail_server="imap.elsewhere.test")
    with pytest.raises(accounts.Invalid):
        change(incoming_mail_protocol="IMAP")


def test_the_outgoing_password_is_that_of_the_outgoing_server() -> None:
    change(log_in_using=True, outgoing_username="out", outgoing_password="out")
    with pytest.raises(accounts.Invalid) as refused:
        change(outgoing_mail_server="smtp.elsewhere.test")
    assert list(refused.value.errors) == ["outgoing_password"]
    with pytest.raises(accounts.Invalid) as refused:
        change(incoming_mail_server="imap.elsewhere.test")
    assert list(refused.value.errors) == ["password"]


def by_consent() -> None:
    EmailAccount.objects.all().delete()
    accounts.save_account(SAVED | TOKENS | {"sign_in_method": "oauth2_google"})


def test_a_consent_ends_when_another_server_would_get_its_tokens() -> None:
    by_consent()
    assert change(description="Sales").oauth2_refresh_token == "r"
    kept = change(incoming_mail_server="imap.elsewhere.test")
    assert (kept.oauth2_refresh_token, kept.oauth2_access_token, kept.oauth2_client_secret) == ("", "", "s")


def test_another_token_server_asks_for_the_secret_of_the_client() -> None:
    by_consent()
    there = {"oauth2_token_address": "https://elsewhere.test/token"}
    with pytest.raises(accounts.Invalid) as refused:
        change(**there)
    assert list(refused.value.errors) == ["oauth2_client_secret"]
    kept = change(**there, oauth2_client_secret="new")
    assert (kept.oauth2_client_secret, kept.oauth2_refresh_token) == ("new", "")


def test_a_program_cannot_lead_the_password_to_its_own_server(client: Client) -> None:
    token = sign_in.make_token(people.create_user("robot", "", "api"), clock.now())
    answer = client.put(
        "/api/v1/accounts/SALES",
        json.dumps({"incoming_mail_server": "robot.example"}),
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 422
    assert "Enter this again" in answer.content.decode()
    assert EmailAccount.objects.get().incoming_mail_server == "imap.mailroom.test"


def test_the_window_says_so_beside_the_password(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    form = client.get("/sm204002/SALES/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    shown = {name: value for name, value in values.items() if value not in (None, False)}
    answer = client.post("/sm204002/SALES/", shown | {"incoming_mail_server": "imap.elsewhere.test"})
    assert answer.status_code == 422
    assert "Enter this again" in answer.content.decode()
    assert EmailAccount.objects.get().incoming_mail_server == "imap.mailroom.test"


def test_the_command_line_says_so_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps({"email_account_id": "SALES", "incoming_mail_server": "imap.elsewhere.test"}))
    assert main.main(["accounts", "import", str(file)]) == 1
    assert "Enter this again" in capsys.readouterr().err


def test_whoever_changes_an_account_that_rests_has_it_tried_at_once(account: EmailAccount) -> None:
    later = clock.now() + timedelta(minutes=15)
    SendingOptions.objects.filter(pk=account.pk).update(held_until=later, failed_sessions=6, last_error="refused")
    change(group_mails=50)
    options = SendingOptions.objects.get(pk=account.pk)
    assert (options.held_until, options.failed_sessions) == (None, 0)
    assert options.last_error == "refused"
