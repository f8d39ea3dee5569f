"""Give consent in SM204002: the browser goes to the provider and comes back; nobody else's answer is taken."""

import re
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from mailroom.flows.sending.models import SendingOptions
from mailroom.flows.watching.models import WatchingOptions
from mailroom.records.email_accounts import oauth2
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import User
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"
CALLBACK = "/sm204002/oauth2/callback/"


@pytest.fixture
def account(accounts: AccountFactory) -> EmailAccount:
    """An account that waits for its consent."""
    oauth = accounts.dovecot.oauth
    made = accounts.make(
        sign_in_method="oauth2_microsoft",
        oauth2_client_id=oauth.client_id,
        oauth2_token_address=oauth.token_url,
        oauth2_authorize_address=oauth.authorize_url,
        description="Kept",
    )
    oauth.consenting_user = made.username
    return made


@pytest.fixture
def signed_in(client: Client, administrator: User) -> Client:
    """A client signed in as the administrator."""
    client.force_login(administrator, BACKEND)
    return client


def press(client: Client, account: EmailAccount) -> Any:
    """Give consent, as the page posts it."""
    return client.post("/sm204002/do/consent/", {"ids": account.pk})


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        """The browser's next step is the test's."""


def at_the_provider(address: str) -> str:
    """What the provider sends the browser back to, without its host."""
    with pytest.raises(urllib.error.HTTPError) as sent:
        urllib.request.build_opener(_Stay).open(address, timeout=10)
    with sent.value:
        parts = urlsplit(sent.value.headers["Location"])
    return f"{parts.path}?{parts.query}"


def test_consent_is_asked_with_state_and_pkce_and_given(signed_in: Client, account: EmailAccount) -> None:
    """T05: after the consent the account has tokens, and every setting it had."""
    sent = press(signed_in, account)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"].endswith(CALLBACK)
    assert asked["login_hint"] == account.username
    assert len(asked["state"]) >= 32
    back = signed_in.get(at_the_provider(sent["Location"]))
    assert back["Location"] == f"/sm204002/{account.email_account_id}/"
    page = signed_in.get(back["Location"]).content.decode()
    assert "Consent given" in page
    kept = EmailAccount.objects.get(pk=account.pk)
    assert kept.oauth2_access_token
    assert kept.oauth2_consented_at
    assert (kept.description, kept.username) == ("Kept", account.username)
    assert kept.oauth2_access_token not in page
    assert kept.oauth2_refresh_token not in page


def test_the_page_says_until_when_a_consent_lasts_where_that_is_known(signed_in: Client, account: EmailAccount) -> None:
    def page() -> str:
        return signed_in.get(f"/sm204002/{account.email_account_id}/").content.decode()

    given = datetime(2026, 1, 5, 8, tzinfo=UTC)
    EmailAccount.objects.update(oauth2_consented_at=given, oauth2_refresh_token="kept", sign_in_method="oauth2_google")
    assert "Lasts until" not in page()
    WatchingOptions.objects.update_or_create(account=account, defaults={"consent_lasts_days": 90})
    assert re.search(r"Lasts until <time [^>]*5 April 2026", page())
    EmailAccount.objects.update(oauth2_consent_ends_at=given + timedelta(days=30))
    assert re.search(r"Lasts until <time [^>]*4 February 2026", page())


def test_the_verifier_that_was_challenged_is_sent_with_the_code(
    signed_in: Client, account: EmailAccount, accounts: AccountFactory
) -> None:
    sent = press(signed_in, account)
    challenge = parse_qs(urlsplit(sent["Location"]).query)["code_challenge"][0]
    signed_in.get(at_the_provider(sent["Location"]))
    assert oauth2.challenge(accounts.dovecot.oauth.requests[-1]["code_verifier"]) == challenge


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?code=x&state=forged", "?code=x&state=%00%FF", "?error=access_denied"]
)
def test_an_answer_without_our_state_changes_nothing(signed_in: Client, account: EmailAccount, query: str) -> None:
    press(signed_in, account)
    assert signed_in.get(CALLBACK + query).status_code == 303
    assert not EmailAccount.objects.get(pk=account.pk).oauth2_access_token


def test_an_answer_is_good_once(signed_in: Client, account: EmailAccount, accounts: AccountFactory) -> None:
    back = at_the_provider(press(signed_in, account)["Location"])
    signed_in.get(back)
    before = len(accounts.dovecot.oauth.requests)
    signed_in.get(back)
    assert len(accounts.dovecot.oauth.requests) == before


def test_a_refusal_at_the_provider_is_told(signed_in: Client, account: EmailAccount, accounts: AccountFactory) -> None:
    accounts.dovecot.oauth.consenting_user = ""
    signed_in.get(at_the_provider(press(signed_in, account)["Location"]))
    assert "No consent was given" in signed_in.get(f"/sm204002/{account.email_account_id}/").content.decode()


def test_an_account_with_a_password_asks_for_no_consent(signed_in: Client, accounts: AccountFactory) -> None:
    account = accounts.make()
    assert urlsplit(press(signed_in, account)["Location"]).netloc == ""


def test_only_administrators_ask_and_answer(client: Client, agent: User, account: EmailAccount) -> None:
    assert urlsplit(press(client, account)["Location"]).path == "/login/"
    assert client.get(CALLBACK)["Location"].startswith("/login/")
    client.force_login(agent, BACKEND)
    assert press(client, account).status_code == 403
    assert client.get(CALLBACK).status_code == 403


def test_bad_ids_and_wrong_methods_are_refused(signed_in: Client, account: EmailAccount) -> None:
    assert signed_in.post("/sm204002/do/consent/", {"ids": 999_999}).status_code == 404
    assert signed_in.get("/sm204002/do/consent/").status_code == 405
    assert signed_in.post(CALLBACK).status_code == 405


def test_after_the_consent_the_account_rests_no_longer(signed_in: Client, account: EmailAccount, now: datetime) -> None:
    SendingOptions.objects.create(account=account, held_until=now + timedelta(days=9000), failed_sessions=4)
    signed_in.get(at_the_provider(press(signed_in, account)["Location"]))
    kept = SendingOptions.objects.get(account=account)
    assert (kept.held_until, kept.failed_sessions) == (None, 0)
