"""What is claimed and written beside the talk: nothing is held longer, goes ahead of more urgent mail, or is lost."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from mailroom.flows.sending import bulk, outbox, send
from mailroom.flows.sending.models import Mark, SendingOptions
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Recipient, Status
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.hostile.smtp import HostileSmtp

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_batches")]
COUNT = 30


def queue(account: EmailAccount, now: datetime) -> None:
    to = [DraftFields(account, [Address("", f"r{number}@example.org")], text="Hello") for number in range(COUNT)]
    bulk.enqueue_many([compose.create(fields, now, None).pk for fields in to], now)


def clock_that(now: datetime, at: int, act: Callable[[], object]) -> Callable[[], datetime]:
    """A clock that does something the `at`-th time it is read, in the middle of the run."""
    reads = iter(range(1_000_000))

    def read() -> datetime:
        if next(reads) == at:
            act()
        return now

    return read


@pytest.mark.parametrize(("sessions", "group"), [(1, 1000), (1, 3), (4, 1000), (4, 2)])
def test_every_answer_stands_on_the_ledger_once_when_the_run_is_over(
    accounts: AccountFactory, now: datetime, sessions: int, group: int
) -> None:
    with HostileSmtp() as server:
        account = accounts.make(outgoing_server_port=server.port, group_mails=group)
        SendingOptions.objects.create(account=account, most_sessions=sessions)
        queue(account, now)
        result = send.send_account(account.pk, now, read_clock=lambda: now)
        taken = Counter(address for recipients, _raw in server.taken for address in recipients)
    assert result.sent == COUNT
    assert set(taken.values()) == {1}
    assert len(taken) == COUNT
    assert set(Recipient.objects.values_list("outcome", flat=True)) == {"accepted"}
    assert set(Email.objects.values_list("status", "lease_holder")) == {(Status.PROCESSED, "")}
    assert not Mark.objects.exists()


def test_a_persons_mail_goes_before_bulk_mail_that_is_claimed_already(accounts: AccountFactory, now: datetime) -> None:
    """T47."""
    with HostileSmtp() as server:
        account = accounts.make(outgoing_server_port=server.port)
        queue(account, now)
        reply = NewEmail(DraftFields(account, [Address("", "customer@example.org")], text="Hello"), send=True)
        clock = clock_that(now, 20, lambda: outbox.create(reply, now, None))
        assert send.send_account(account.pk, now, read_clock=clock).sent == COUNT + 1
        order = [address for recipients, _raw in server.taken for address in recipients]
    assert len(order) == len(set(order)) == COUNT + 1
    assert order.index("customer@example.org") < COUNT / 2


def test_mail_that_is_claimed_already_waits_again_when_processing_is_suspended(
    accounts: AccountFactory, now: datetime
) -> None:
    """T14."""

    def suspend() -> None:
        preferences = current.read()
        preferences.suspend_email_processing = True
        preferences.save()

    with HostileSmtp() as server:
        account = accounts.make(outgoing_server_port=server.port)
        queue(account, now)
        result = send.send_account(account.pk, now, read_clock=clock_that(now, 20, suspend))
        taken = len(server.taken)
    counts = Counter(Email.objects.values_list("status", flat=True))
    assert 0 < result.sent == taken < COUNT
    assert counts == {Status.PROCESSED: taken, Status.PENDING: COUNT - taken}
