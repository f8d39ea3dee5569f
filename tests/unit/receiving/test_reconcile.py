"""Reconciliation on a real Dovecot: what lies on the server and is not here is listed, fetched, and never twice."""

from datetime import datetime, timedelta

import pytest

from mailroom.flows.receiving import receive, reconcile
from mailroom.flows.receiving.models import FolderCursor, Gap, ReceivingOptions, Reconciliation, ServerMessage
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from tests.factories.accounts import AccountFactory
from tests.factories.mails import letter

pytestmark = pytest.mark.django_db(transaction=True)
PROTOCOLS = pytest.mark.parametrize("protocol", ["IMAP", "POP3"])


def received(accounts: AccountFactory, now: datetime, protocol: str, count: int = 6) -> EmailAccount:
    """An account whose mailbox was read whole."""
    account = accounts.make(incoming_mail_protocol=protocol)
    account.mailbox.folder("INBOX").deliver(*[letter(f"m{number}") for number in range(count)])
    assert receive.receive_account(account.pk, now).stored == count
    return account


def lose(account: EmailAccount, count: int) -> None:
    """Forget some mails as a restored database would, with the cursor behind them."""
    places = list(ServerMessage.objects.filter(account=account).order_by("pk")[:count])
    Email.objects.filter(pk__in=[place.email_id for place in places]).delete()
    ServerMessage.objects.filter(pk__in=[place.pk for place in places]).delete()


@PROTOCOLS
def test_a_mailbox_that_is_here_whole_has_no_gap(accounts: AccountFactory, now: datetime, protocol: str) -> None:
    """T29: nothing is reported where nothing is missing."""
    account = received(accounts, now, protocol)
    found = reconcile.reconcile(account.pk, now)
    assert (found.error, found.on_server, found.waiting, found.gaps, found.gone) == ("", 6, 0, 0, 0)


@PROTOCOLS
def test_what_was_lost_here_is_listed_and_fetched_once(accounts: AccountFactory, now: datetime, protocol: str) -> None:
    """T29: the gaps with subject and size; fetched, they are gaps no longer, and nothing is here twice."""
    account = received(accounts, now, protocol)
    lose(account, 2)
    found = reconcile.reconcile(account.pk, now)
    assert (found.error, found.on_server, found.gaps) == ("", 6, 2)
    assert {(gap.subject, gap.sender) for gap in found.found.all()} == {
        ("m0", "ola@example.org"),
        ("m1", "ola@example.org"),
    }
    assert all(gap.size for gap in found.found.all())
    result = reconcile.fetch(account, now)
    assert (result.error, result.fetched, result.gone) == ("", 2, 0)
    assert reconcile.fetch(account, now).fetched == 0
    assert reconcile.reconcile(account.pk, now).gaps == 0
    assert receive.receive_account(account.pk, now).stored == 0
    subjects = Email.objects.filter(account=account).values_list("subject", flat=True)
    assert sorted(subjects) == [f"m{number}" for number in range(6)]


def test_mail_behind_the_cursor_is_a_gap_and_new_mail_is_not(accounts: AccountFactory, now: datetime) -> None:
    """T29: what the cursor has passed nobody fetches by itself; what lies beyond it comes with the next run."""
    account = received(accounts, now, "IMAP", count=2)
    account.mailbox.folder("INBOX").deliver(letter("passed"))
    FolderCursor.objects.filter(account=account).update(highest_uid=3)
    account.mailbox.folder("INBOX").deliver(letter("new"))
    found = reconcile.reconcile(account.pk, now)
    assert (found.on_server, found.gaps, found.waiting) == (4, 1, 1)
    assert found.found.get().subject == "passed"
    assert reconcile.fetch(account, now).fetched == 1
    assert receive.receive_account(account.pk, now).stored == 1
    assert Email.objects.filter(account=account).count() == 4


@PROTOCOLS
def test_what_others_deleted_on_the_server_is_counted_and_stays_here(
    accounts: AccountFactory, now: datetime, protocol: str
) -> None:
    """T29: gone there is no loss here."""
    account = received(accounts, now, protocol, count=3)
    account.mailbox.folder("INBOX").expunge()
    found = reconcile.reconcile(account.pk, now)
    assert (found.on_server, found.gone, found.gaps) == (0, 3, 0)
    assert Email.objects.filter(account=account).count() == 3


def test_mail_that_we_removed_ourselves_is_not_gone(accounts: AccountFactory, now: datetime) -> None:
    account = accounts.make()
    ReceivingOptions.objects.create(account=account, remove_messages_from_server=True)
    account.mailbox.folder("INBOX").deliver(letter("a"))
    assert receive.receive_account(account.pk, now).stored == 1
    found = reconcile.reconcile(account.pk, now)
    assert (found.on_server, found.gone) == (0, 0)


def test_a_gap_that_goes_before_it_is_fetched_is_told(accounts: AccountFactory, now: datetime) -> None:
    account = received(accounts, now, "IMAP", count=2)
    lose(account, 1)
    found = reconcile.reconcile(account.pk, now)
    account.mailbox.folder("INBOX").expunge()
    assert reconcile.fetch(account, now).gone == 1
    assert found.found.get().state == Gap.State.GONE


def test_more_than_one_batch_of_a_folder_is_compared(
    accounts: AccountFactory, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches by place in the folder, whatever the UIDs are; the list is bounded, the count is not."""
    monkeypatch.setattr("mailroom.flows.receiving.servers.imap_reading.BATCH_OF_SIZES", 4)
    monkeypatch.setattr(reconcile, "MOST_GAPS", 3)
    account = received(accounts, now, "IMAP", count=10)
    lose(account, 5)
    found = reconcile.reconcile(account.pk, now)
    assert (found.on_server, found.gaps, found.found.count()) == (10, 5, 3)


def test_a_server_that_is_down_is_an_error_in_the_result(account: EmailAccount, now: datetime) -> None:
    EmailAccount.objects.filter(pk=account.pk).update(incoming_server_port=1)
    assert reconcile.reconcile(account.pk, now).error


def test_an_account_is_compared_once_a_day_after_it_was_received(account: EmailAccount, now: datetime) -> None:
    """T29: daily, by itself."""
    assert not reconcile.due(now).exists()
    ReceivingOptions.objects.update_or_create(account=account, defaults={"last_receive_at": now})
    assert list(reconcile.due(now)) == [account]
    Reconciliation.objects.create(account=account, at=now)
    assert not reconcile.due(now + timedelta(hours=23)).exists()
    assert list(reconcile.due(now + timedelta(hours=24))) == [account]
