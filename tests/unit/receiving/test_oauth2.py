"""OAuth2: tokens rotate, are renewed once for all workers, and their end is told once, with what to do."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connections

from mailroom.flows.receiving import receive
from mailroom.flows.sending import smtp
from mailroom.records.email_accounts import connection, oauth2, tokens
from mailroom.records.email_accounts.models import EmailAccount
from tests.factories.accounts import AccountFactory
from tests.servers.oauth import OAuthServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def oauth(accounts: AccountFactory) -> Iterator[OAuthServer]:
    """The token server, as it was before the test."""
    server = accounts.dovecot.oauth
    server.requests.clear()
    yield server
    server.lifetime, server.down = 3600, False


def by_token(accounts: AccountFactory, oauth: OAuthServer, **changes: object) -> EmailAccount:
    """An account whose owner has consented."""
    account = accounts.make(
        sign_in_method="oauth2_microsoft",
        oauth2_client_id=oauth.client_id,
        oauth2_client_secret=oauth.client_secret,
        oauth2_token_address=oauth.token_url,
        oauth2_authorize_address=oauth.authorize_url,
        password="",
        **changes,
    )
    grant = oauth.issue(account.username)
    kept = oauth2.Tokens(grant.access_token, grant.refresh_token, grant.expires_in)
    tokens.consent(account, kept, account.changed_at)
    account.refresh_from_db()
    return account


@pytest.mark.parametrize("protocol", ["IMAP", "POP3"])
def test_mail_is_received_by_token_and_a_token_that_ended_early_is_renewed(
    accounts: AccountFactory, oauth: OAuthServer, now: datetime, protocol: str
) -> None:
    """T05: providers end tokens before their time."""
    account = by_token(accounts, oauth, incoming_mail_protocol=protocol)
    mailbox = accounts.dovecot._mailboxes[account.username.lower()]
    mailbox.deliver(b"From: a@example.org\r\nSubject: 1\r\n\r\nHi\r\n")
    assert receive.receive_account(account.pk, now).error == ""
    assert oauth.requests == []
    oauth.expire(account.oauth2_access_token)
    mailbox.deliver(b"From: a@example.org\r\nSubject: 2\r\n\r\nHi\r\n")
    result = receive.receive_account(account.pk, now)
    assert (result.error, result.stored) == ("", 1)
    assert [form["grant_type"] for form in oauth.requests] == ["refresh_token"]


def test_mail_is_sent_by_token(accounts: AccountFactory, oauth: OAuthServer) -> None:
    """T05: SMTP signs in by the same token, and renews one that ended early."""
    account = by_token(accounts, oauth, my_outgoing_server_requires_authentication=True)
    smtp.open_session(account).close()
    oauth.expire(account.oauth2_access_token)
    smtp.open_session(account).close()
    assert len(oauth.requests) == 1


def test_a_year_of_rotating_tokens(accounts: AccountFactory, oauth: OAuthServer, now: datetime) -> None:
    """T05: a token server that rotates refresh tokens and refuses old ones; a token is renewed before it ends."""
    account = by_token(accounts, oauth)
    moment = now
    EmailAccount.objects.filter(pk=account.pk).update(oauth2_expires_at=now + timedelta(hours=1))
    seen = set()
    for _hour in range(0, 365 * 24, 12):
        moment += timedelta(hours=12)
        token = tokens.access_token(account, read_clock=lambda: moment)  # noqa: B023 called at once
        assert oauth.owner_of(token) == account.username
        seen.add(token)
    assert len(seen) == len(oauth.requests) == 365 * 2
    assert len({form["refresh_token"] for form in oauth.requests}) == 365 * 2
    account.refresh_from_db()
    assert account.changed_at < moment


def test_secrets_are_sealed_in_the_database(accounts: AccountFactory, oauth: OAuthServer) -> None:
    account = by_token(accounts, oauth)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT oauth2_refresh_token, oauth2_access_token FROM email_accounts_emailaccount")
        stored = " ".join(cursor.fetchone())
    assert account.oauth2_refresh_token not in stored
    assert account.oauth2_access_token not in stored


def test_one_worker_renews_for_all(accounts: AccountFactory, oauth: OAuthServer, now: datetime) -> None:
    """T04, T05: eight workers find the token ended at once: one asks, the others take what it got."""
    account = by_token(accounts, oauth)
    EmailAccount.objects.filter(pk=account.pk).update(oauth2_expires_at=now)
    got: list[str] = []

    def work() -> None:
        try:
            got.append(tokens.access_token(account))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(got) == 8
    assert len(set(got)) == 1
    assert len(oauth.requests) == 1


def test_a_worker_that_died_while_renewing_holds_nobody_up_for_long(
    accounts: AccountFactory, oauth: OAuthServer, now: datetime
) -> None:
    account = by_token(accounts, oauth)
    EmailAccount.objects.filter(pk=account.pk).update(oauth2_expires_at=now, oauth2_renewing_until=now + tokens.LEASE)
    later = now + tokens.LEASE * 2
    assert oauth.owner_of(tokens.access_token(account, read_clock=lambda: later)) == account.username


def test_a_consent_that_was_taken_back_is_told_with_what_to_do_and_asked_for_no_more(
    accounts: AccountFactory, oauth: OAuthServer, now: datetime
) -> None:
    """T05: revoked consent gives one clear message; the token server is not asked again until a person acts."""
    account = by_token(accounts, oauth)
    oauth.revoke(account.username)
    for _ in range(3):
        error = receive.receive_account(account.pk, now).error
        assert "Give consent" in error
        assert "Password" not in error
    assert len(oauth.requests) == 1


def test_a_new_consent_loses_no_setting(accounts: AccountFactory, oauth: OAuthServer, now: datetime) -> None:
    """T05: everything but the tokens stays as it was."""
    account = by_token(accounts, oauth, root_folder="INBOX", description="Kept")
    oauth.revoke(account.username)
    receive.receive_account(account.pk, now)
    before = EmailAccount.objects.filter(pk=account.pk).values().get()
    grant = oauth.issue(account.username)
    tokens.consent(account, oauth2.Tokens(grant.access_token, grant.refresh_token, 3600), account.changed_at)
    after = EmailAccount.objects.filter(pk=account.pk).values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {
        "oauth2_refresh_token",
        "oauth2_access_token",
        "oauth2_expires_at",
        "oauth2_consented_at",
        "oauth2_consent_lost",
        "changed_at",
    }
    assert receive.receive_account(account.pk, now).error == ""


def test_a_token_server_that_is_away_is_no_lost_consent(
    accounts: AccountFactory, oauth: OAuthServer, now: datetime
) -> None:
    """T24: the token server is down: tried again by itself, the refresh token stays."""
    account = by_token(accounts, oauth)
    EmailAccount.objects.filter(pk=account.pk).update(oauth2_expires_at=now)
    oauth.down = True
    error = receive.receive_account(account.pk, now).error
    assert "tried again" in error
    oauth.down = False
    assert receive.receive_account(account.pk, now).error == ""


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://login.example.org/token", True),
        ("http://127.0.0.1:8080/token", True),
        ("http://login.example.org/token", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("", False),
    ],
)
def test_secrets_go_only_over_https(address: str, safe: bool) -> None:
    assert oauth2.is_safe(address) == safe


def test_the_verifier_is_known_by_its_challenge() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert oauth2.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B


def test_the_trouble_with_a_token_is_its_own_kind() -> None:
    assert connection.explain(connection.ConsentNeeded("x")).kind == "consent"
    assert connection.explain(oauth2.ServerAway("x")).kind == "token"
