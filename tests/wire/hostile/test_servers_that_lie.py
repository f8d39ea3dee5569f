"""Servers that promise pipelining and cannot do it, or answer drop by drop: every mail arrives once all the same."""

from datetime import datetime, timedelta

import pytest

from mailroom.flows.sending import outbox, send
from mailroom.flows.sending.models import SendingOptions
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime.message import Address
from mailroom.records.email_accounts import oauth2, tokens
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.hostile import script
from tests.servers.hostile.script import Wire
from tests.servers.hostile.smtp import HostileSmtp

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _tries(db: None) -> None:
    """A mail is tried again up to five times."""
    preferences = current.read()
    preferences.automatic_resend_attempts = 5
    preferences.save()


def forgetful(wire: Wire) -> bool:
    """Lose what came in the same packet: what a server that lies about PIPELINING does."""
    wire._pending = b""
    return True


def queued(account: EmailAccount, now: datetime, count: int) -> list[Email]:
    return [
        outbox.create(
            NewEmail(DraftFields(account, [Address("", f"a{number}@example.org")], text="Hello"), send=True), now, None
        )
        for number in range(count)
    ]


def arrived(server: HostileSmtp) -> list[str]:
    return sorted(address for recipients, _raw in server.taken for address in recipients)


def run(account: EmailAccount, now: datetime) -> send.SendResult:
    return send.send_account(account.pk, now, read_clock=lambda: now)


def test_a_server_that_lies_about_pipelining_is_spoken_to_one_command_at_a_time(
    accounts: AccountFactory, now: datetime
) -> None:
    """T18, T51: it falls silent over a group; from then on it is asked singly, and each mail arrives once."""
    with HostileSmtp({"MAIL": forgetful, "RCPT": forgetful}) as server:
        account = accounts.make(outgoing_server_port=server.port, timeout_seconds=1)
        emails = queued(account, now, 3)
        assert run(account, now).sent == 0
        assert SendingOptions.objects.get(account=account).pipelining_off_until == now + timedelta(days=1)
        for hours in (3, 12):
            run(account, now + timedelta(hours=hours))
        assert arrived(server) == [f"a{number}@example.org" for number in range(3)]
        assert set(Email.objects.values_list("status", flat=True)) == {Status.PROCESSED}, emails


def test_replies_that_come_drop_by_drop_within_the_time_out_are_waited_for(
    accounts: AccountFactory, now: datetime
) -> None:
    """T18: slow is not dead, and no mail goes twice."""
    slowly = {
        "MAIL": script.slow(b"250-2.1.0 Let me\r\n250 2.1.0 think\r\n", 200),
        "RCPT": script.slow(b"451 4.7.1 Not now\r\n", 200),
    }
    with HostileSmtp(
        {"MAIL": script.once(slowly["MAIL"]), "RCPT a1@example.org": script.once(slowly["RCPT"])}
    ) as server:
        account = accounts.make(outgoing_server_port=server.port, timeout_seconds=20)
        queued(account, now, 3)
        assert (run(account, now).sent, len(server.taken)) == (2, 2)
        run(account, now + timedelta(hours=3))
        assert arrived(server) == [f"a{number}@example.org" for number in range(3)]


def test_a_token_is_offered_by_xoauth2_and_the_reason_of_a_refusal_is_asked_for(
    accounts: AccountFactory, now: datetime
) -> None:
    """T05: the reason stands in a challenge, which has to be answered by an empty line; then the account rests."""
    refused = script.say(b"334 eyJzdGF0dXMiOiI0MDAifQ==")
    offers = (b"AUTH XOAUTH2", b"PIPELINING")
    oauth = accounts.dovecot.oauth
    with HostileSmtp({"AUTH": refused, "": script.say(b"535 5.7.8 Token ended")}, offers=offers) as server:
        account = accounts.make(
            outgoing_server_port=server.port,
            my_outgoing_server_requires_authentication=True,
            sign_in_method="oauth2_google",
            oauth2_client_id=oauth.client_id,
            oauth2_client_secret=oauth.client_secret,
            oauth2_token_address=oauth.token_url,
            password="",
        )
        grant = oauth.issue(account.username)
        tokens.consent(account, oauth2.Tokens(grant.access_token, grant.refresh_token, 3600), account.changed_at)
        (email,) = queued(account, now, 1)
        assert "535" in run(account, now).error
        email.refresh_from_db()
        assert (email.status, email.attempts) == (Status.PENDING, 0)
        assert "" in server.commands
