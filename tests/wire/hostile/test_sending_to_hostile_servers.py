"""Sending to servers that refuse, limit, stall and break off: each recipient once, and never a silent second copy."""

import time
from collections import Counter
from datetime import datetime, timedelta

import pytest

from mailroom.flows.sending import outbox, send
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.dovecot import DovecotServer
from tests.servers.hostile import script
from tests.servers.hostile.script import Step
from tests.servers.hostile.smtp import HostileSmtp

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _tries(db: None) -> None:
    """A mail is tried again up to five times, as SM204001 says."""
    preferences = current.read()
    preferences.automatic_resend_attempts = 5
    preferences.save()


def account_on(accounts: AccountFactory, server: HostileSmtp, **changes: object) -> EmailAccount:
    return accounts.make(**{"outgoing_server_port": server.port, "timeout_seconds": 1} | changes)


def queued(account: EmailAccount, now: datetime, *to: str) -> Email:
    addresses = [Address("", item) for item in to or ("ola@example.org",)]
    draft = DraftFields(account=account, to=addresses, subject="Hei", text="Hello\n.\nafter a dot")
    return outbox.create(NewEmail(draft, send=True), now, None)


def run(account: EmailAccount, now: datetime) -> send.SendResult:
    return send.send_account(account.pk, now, read_clock=lambda: now)


def taken(server: HostileSmtp) -> Counter[str]:
    """How many copies each address has."""
    return Counter(address for recipients, _raw in server.taken for address in recipients)


@pytest.mark.parametrize("trouble", [script.drop, script.reset, script.hang, script.half_close])
@pytest.mark.parametrize("moment", ["body", "accepted"])
def test_a_connection_lost_between_data_and_its_reply_is_in_doubt_and_never_sent_again(
    accounts: AccountFactory, now: datetime, moment: str, trouble: Step
) -> None:
    """T51: delivery unknown: never a silent resend, never lost."""
    with HostileSmtp({moment: script.once(trouble)}) as server:
        account = account_on(accounts, server)
        email = queued(account, now)
        assert run(account, now).in_doubt == 1
        for hours in (1, 10, 100):
            run(account, now + timedelta(hours=hours))
        email.refresh_from_db()
        assert email.status not in {Status.PROCESSED, Status.PENDING}
        assert len(server.taken) == (moment == "accepted")


@pytest.mark.parametrize(
    ("moment", "trouble"),
    [
        ("connect", script.reset),
        ("connect", script.hang),
        ("greeting", script.drop),
        ("greeting", script.hang),
        ("greeting", script.say(b"421 4.7.0 Too many connections")),
        ("greeting", script.say(b"554 5.3.2 No service here")),
        ("greeting", script.endless_line),
        ("greeting", script.say(b"\x00\xff nonsense")),
        ("EHLO", script.drop),
        ("EHLO", script.hang),
        ("MAIL", script.drop),
        ("MAIL", script.say(b"450 4.7.1 Slow down")),
        ("RCPT", script.drop),
        ("RCPT", script.say_and_drop(b"421 4.7.0 Closing\r\n")),
        ("RCPT", script.say(b"452 4.5.3 Too many recipients")),
        ("DATA", script.say(b"454 4.7.0 Not now")),
        ("body", script.say(b"451 4.3.0 Disk full")),
        ("body", script.say(b"452 4.3.1 Insufficient storage")),
    ],
)
def test_trouble_that_passes_is_tried_again_until_the_mail_is_there_once(
    accounts: AccountFactory, now: datetime, moment: str, trouble: Step
) -> None:
    """T16, T18, T24: whatever the moment, the mail arrives exactly once when the trouble is over."""
    with HostileSmtp({moment: script.once(trouble)}) as server:
        account = account_on(accounts, server)
        email = queued(account, now)
        assert run(account, now).sent == 0
        for hours in (3, 12, 48):
            run(account, now + timedelta(hours=hours))
        email.refresh_from_db()
        assert email.status == Status.PROCESSED
        assert taken(server) == {"ola@example.org": 1}
        assert b"\r\n.\r\nafter a dot" in server.taken[0][1]


@pytest.mark.parametrize(
    "limit",
    [
        script.per_connection(5, script.say_and_drop(b"421 4.7.0 Enough for one connection\r\n")),
        script.per_connection(5, script.say(b"450 4.7.1 Enough for one connection")),
        script.per_period(5, 0.2, script.say(b"454 4.7.0 Rate limit")),
    ],
)
def test_a_provider_that_limits_gets_every_mail_once(accounts: AccountFactory, now: datetime, limit: Step) -> None:
    """T16: 421, 450 and 454 by connection or by time: all delivered, none failed."""
    with HostileSmtp({"MAIL": limit}) as server:
        account = account_on(accounts, server, group_mails=10)
        emails = [queued(account, now, f"a{number}@example.org") for number in range(20)]
        for round_number in range(30):
            run(account, now + timedelta(hours=3 * round_number))
            if len(server.taken) == len(emails):
                break
            time.sleep(0.05)  # the server counts real time
        assert taken(server) == {f"a{number}@example.org": 1 for number in range(20)}
        assert set(Email.objects.filter(account=account).values_list("status", flat=True)) == {Status.PROCESSED}


def test_refused_among_accepted_recipients_are_never_sent_a_second_copy(
    accounts: AccountFactory, now: datetime
) -> None:
    """T27: one refused for good, one for now: the accepted never again."""
    refusals = {
        "RCPT gone@example.org": script.say(b"550 5.1.1 Nobody here"),
        "RCPT busy@example.org": script.once(script.say(b"451 4.7.1 Greylisted")),
    }
    with HostileSmtp(refusals) as server:
        account = account_on(accounts, server)
        email = queued(account, now, "good@example.org", "gone@example.org", "busy@example.org")
        for hours in (0, 3, 12):
            run(account, now + timedelta(hours=hours))
        assert taken(server) == {"good@example.org": 1, "busy@example.org": 1}
        outcomes = {row.address: row.outcome for row in email.recipients.all()}
        assert outcomes == {
            "good@example.org": "accepted",
            "gone@example.org": "refused",
            "busy@example.org": "accepted",
        }


@pytest.mark.parametrize("offers", [(), (b"SIZE",), (b"SIZE many", b"AUTH"), (b"X-ODD \xff\x00", b"PIPELINING")])
def test_odd_offers_of_a_server_are_lived_with(
    accounts: AccountFactory, now: datetime, offers: tuple[bytes, ...]
) -> None:
    """T21: what a server says of itself is no reason to fall over."""
    with HostileSmtp(offers=offers) as server:
        account = account_on(accounts, server)
        queued(account, now)
        assert run(account, now).sent == 1
        assert len(server.taken) == 1


def test_the_wrong_encryption_never_sends_and_never_fails_the_mail(
    accounts: AccountFactory, now: datetime, dovecot: DovecotServer
) -> None:
    """T24: TLS where plain was meant and the other way round: the account rests, the mail waits."""
    with HostileSmtp() as plain, HostileSmtp(certificate=dovecot.certificates.good) as encrypted:
        for server, encryption in [(plain, "ssl"), (plain, "starttls"), (encrypted, "none")]:
            account = account_on(accounts, server, outgoing_server_encrypted_connection=encryption)
            email = queued(account, now)
            assert run(account, now).error
            email.refresh_from_db()
            assert email.status == Status.PENDING
        assert plain.taken + encrypted.taken == []
