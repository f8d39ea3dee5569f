"""The end of a consent is told before it comes, and a new consent takes the alert back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from mailroom.flows.watching import alerts, looking
from mailroom.flows.watching.models import Kind, WatchingOptions
from mailroom.records.email_accounts import oauth2, tokens
from mailroom.records.email_accounts.models import EmailAccount
from tests.factories.accounts import AccountFactory
from tests.servers.oauth import OAuthServer

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def oauth(accounts: AccountFactory) -> Iterator[OAuthServer]:
    """The token server, which says how long a consent lasts when a test sets it."""
    server = accounts.dovecot.oauth
    yield server
    server.consent_lifetime = None


@pytest.fixture
def consented(accounts: AccountFactory, oauth: OAuthServer) -> EmailAccount:
    return accounts.make(
        sign_in_method="oauth2_microsoft",
        oauth2_client_id=oauth.client_id,
        oauth2_client_secret=oauth.client_secret,
        oauth2_token_address=oauth.token_url,
    )


def consent(account: EmailAccount, oauth: OAuthServer, now: datetime) -> None:
    """The person says yes in the browser; the token server's own answer is kept."""
    oauth.consenting_user = account.username
    given = oauth2.tokens_for_code(account, oauth.consent() or "", "http://127.0.0.1/", "verifier")
    tokens.consent(account, given, now)


def told(now: datetime) -> list[str]:
    looking.look(now)
    return list(alerts.shown(now).filter(kind=Kind.CONSENT_ENDS).values_list("words", flat=True))


def test_the_end_of_a_consent_is_told_a_week_before_and_withdrawn_after_a_new_one(
    consented: EmailAccount, oauth: OAuthServer, now: datetime
) -> None:
    """T31: token ends in Y days: one alert with the days left, kept true from day to day."""
    oauth.consent_lifetime = 30 * 86_400
    consent(consented, oauth, now)
    assert told(now + 22 * DAY) == []
    assert told(now + 23 * DAY) == [f"The sign-in of account {consented} ends in 7 days: sign in again."]
    assert told(now + 29 * DAY) == [f"The sign-in of account {consented} ends within a day: sign in again."]
    assert told(now + 31 * DAY) == [f"The sign-in of account {consented} has ended: sign in again."]
    alert = alerts.shown(now + 31 * DAY).get(kind=Kind.CONSENT_ENDS)
    assert "Give consent" in alert.advice
    consent(consented, oauth, now + 31 * DAY)
    assert told(now + 31 * DAY) == []
    alert.refresh_from_db()
    assert alert.withdrawn_at == now + 31 * DAY


def test_a_renewed_token_that_lasts_longer_takes_the_alert_back(
    consented: EmailAccount, oauth: OAuthServer, now: datetime
) -> None:
    oauth.consent_lifetime = 5 * 86_400
    consent(consented, oauth, now)
    assert len(told(now)) == 1
    oauth.consent_lifetime = 90 * 86_400
    tokens.access_token(consented, read_clock=lambda: now + DAY)
    assert told(now + DAY) == []


def test_each_account_says_how_long_before_and_how_long_a_consent_lasts(
    consented: EmailAccount, oauth: OAuthServer, now: datetime
) -> None:
    """T31: where the token server is silent, the days entered on the account count from the consent."""
    consent(consented, oauth, now)
    assert told(now + 3650 * DAY) == []
    options = WatchingOptions.objects.create(account=consented, consent_lasts_days=90, consent_ends_days=14)
    assert told(now + 75 * DAY) == []
    assert len(told(now + 76 * DAY)) == 1
    options.consent_ends_days = None
    options.save()
    assert told(now + 89 * DAY) == []


def test_a_consent_that_is_lost_already_is_told_once_only(
    consented: EmailAccount, oauth: OAuthServer, now: datetime
) -> None:
    oauth.consent_lifetime = 86_400
    consent(consented, oauth, now)
    assert len(told(now)) == 1
    EmailAccount.objects.filter(pk=consented.pk).update(oauth2_consent_lost="The token is revoked.")
    assert told(now) == []


@pytest.mark.parametrize("said", [0, "0", -1, None, "soon", True, 10**30])
def test_an_end_that_means_nothing_is_no_end_of_today(
    consented: EmailAccount, oauth: OAuthServer, now: datetime, said: object
) -> None:
    oauth.consent_lifetime = said  # type: ignore[assignment]
    consent(consented, oauth, now)
    assert told(now) == []
