"""User settings: what a person sets is his alone, is checked by one set of rules, and takes effect at once."""

import json
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import answering
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import ApiToken, User
from mailroom.records.preferences import current, personal

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "correct horse battery"
HERE = "/sm203010/"


@pytest.fixture
def signed_in(client: Client, agent: User) -> Client:
    client.force_login(agent, BACKEND)
    return client


def values(**changes: Any) -> dict[str, Any]:
    return {
        "default_email_account": "",
        "signature": "<p>Kari Nordmann</p>",
        "signature_new": "on",
        "undo_seconds": "20",
        "remote_images": "ask",
        "theme": "dark",
        "density": "compact",
        "single_keys": "off",
        "language": "en",
        "time_zone": "America/New_York",
    } | changes


def test_settings_are_kept_and_take_effect(signed_in: Client, agent: User) -> None:
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    answer = signed_in.post(HERE, values(default_email_account=str(account.pk)))
    assert answer.status_code == 303
    agent.refresh_from_db()
    assert agent.time_zone == "America/New_York"
    assert current.default_account_for(agent) == account
    assert answering.signature_of(agent, "signature_new") == "<p>Kari Nordmann</p>"
    assert answering.signature_of(agent, "signature_replies") == ""
    page = signed_in.get(HERE).content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-density="compact"' in page
    assert 'data-single-keys="off"' in page


def test_a_signature_carries_no_script(signed_in: Client, agent: User) -> None:
    signed_in.post(HERE, values(signature='<p onclick="x()">Kari</p><script>alert(1)</script>'))
    assert personal.read(agent)["signature"] == "<p>Kari</p>"
    signed_in.post(HERE, values(signature="<p><br></p>"))
    assert personal.read(agent)["signature"] == ""


def test_anothers_personal_account_cannot_be_chosen(signed_in: Client, administrator: User) -> None:
    other = EmailAccount.objects.create(
        email_account_id="ANNA", email_address="anna@mailroom.test", personal_owner=administrator
    )
    assert signed_in.post(HERE, values(default_email_account=str(other.pk))).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [{"undo_seconds": "61"}, {"undo_seconds": "x"}, {"theme": "pink"}, {"language": "xx"}, {"time_zone": "Mars"}],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(signed_in: Client, agent: User, changes: dict[str, str]) -> None:
    assert signed_in.post(HERE, values(**changes)).status_code == 422
    assert personal.read(agent)["theme"] == "system"


@pytest.mark.parametrize(
    ("present", "new", "again", "status"),
    [
        (PASSWORD, "a much longer secret", "a much longer secret", 303),
        ("wrong", "a much longer secret", "a much longer secret", 422),
        (PASSWORD, "a much longer secret", "another secret", 422),
        (PASSWORD, "short", "short", 422),
        ("", "", "", 303),
    ],
)
def test_a_password_is_changed_by_who_knows_it(
    signed_in: Client, agent: User, present: str, new: str, again: str, status: int
) -> None:
    typed = {"current_password": present, "new_password": new, "new_password_again": again}
    assert signed_in.post(HERE, values(**typed)).status_code == status
    agent.refresh_from_db()
    assert agent.check_password(new if status == 303 and new else PASSWORD)
    assert signed_in.get(HERE).status_code == 200


def test_after_a_one_time_link_no_present_password_is_asked(client: Client, agent: User) -> None:
    client.post(f"/login/link/{sign_in.make_link(agent, clock.now())}/")
    assert "current_password" not in client.get(HERE).content.decode()
    typed = {"new_password": "a much longer secret", "new_password_again": "a much longer secret"}
    assert client.post(HERE, values(**typed)).status_code == 303
    agent.refresh_from_db()
    assert agent.check_password("a much longer secret")
    assert "current_password" in client.get(HERE).content.decode()


def test_a_token_is_shown_once_and_can_be_revoked(signed_in: Client, agent: User, administrator: User) -> None:
    page = signed_in.post(f"{HERE}tokens/", {"token_name": "robot"}).content.decode()
    token = page.partition("<samp")[2].partition(">")[2].partition("<")[0]
    assert sign_in.user_of_token(token, clock.now()) == agent
    assert token not in signed_in.get(HERE).content.decode()
    mine = ApiToken.objects.get()
    foreign = sign_in.make_token(administrator, clock.now())
    assert signed_in.post(f"{HERE}tokens/", {"revoke": ApiToken.objects.latest("pk").pk}).status_code == 404
    assert signed_in.post(f"{HERE}tokens/", {"revoke": "x"}).status_code == 404
    assert signed_in.post(f"{HERE}tokens/", {"revoke": mine.pk}).status_code == 200
    assert sign_in.user_of_token(token, clock.now()) is None
    assert sign_in.user_of_token(foreign, clock.now()) == administrator
    assert signed_in.get(f"{HERE}tokens/").status_code == 405


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(HERE)["Location"].startswith("/login/")
    assert client.post(HERE, values())["Location"].startswith("/login/")


def test_the_api_reads_and_changes_the_same_settings(signed_in: Client, agent: User) -> None:
    EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    change = {"default_email_account": "sales", "undo_seconds": 0, "language": "nb"}
    answer = signed_in.generic("PATCH", "/api/v1/me", json.dumps(change), content_type="application/json")
    assert answer.json()["default_email_account"] == "SALES"
    assert (answer.json()["undo_seconds"], answer.json()["language"]) == (0, "nb")
    for wrong in ({"undo_seconds": True}, {"mood": 1}, {"signature": 3}, {"default_email_account": "NONE"}):
        answer = signed_in.generic("PATCH", "/api/v1/me", json.dumps(wrong), content_type="application/json")
        assert answer.status_code == 422
        assert set(answer.json()["errors"]) == set(wrong)
