"""Receivers killed, and many at once: each mail is stored exactly once, whatever is done with it on the server."""

import os
from datetime import datetime

import pytest

from mailroom.flows.receiving import receive
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from tests.factories.accounts import AccountFactory
from tests.faults import killing, receivers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", list(receivers.HOW))
def test_a_receiver_killed_at_any_point_stores_each_mail_exactly_once(
    accounts: AccountFactory, now: datetime, how: str
) -> None:
    """T01: a hundred kills, between fetch and commit and between commit and the word to the server."""
    receivers.survive(accounts, now, how, kills=25, seed=1)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_and_a_pressed_receive_on_one_account_make_no_duplicate(
    account: EmailAccount, now: datetime
) -> None:
    """T04: nine processes receive one account at once."""
    sent = [receivers.letter(number) for number in range(24)]
    account.mailbox.folder("INBOX").deliver(*sent)  # type: ignore[attr-defined]  # the server's side of the account
    ended = killing.at_once(9, lambda: receive.receive_account(account.pk, now))
    assert all(ended)
    receivers.assert_each_is_here_once(account, sent)


@pytest.mark.django_db(transaction=True)
def test_two_accounts_that_receive_one_message_at_once_have_it_once_each_in_one_thread(
    accounts: AccountFactory, now: datetime
) -> None:
    """T25: linked, also when neither saw the other's while it was filed."""
    pair = [accounts.make(), accounts.make()]
    for account in pair:
        account.mailbox.folder("INBOX").deliver(receivers.letter(1))

    def work() -> None:
        for account in pair if os.getpid() % 2 else reversed(pair):
            receive.receive_account(account.pk, now)

    assert all(killing.at_once(4, work))
    emails = Email.objects.filter(message_id="1@killed")
    assert sorted(emails.values_list("account", flat=True)) == sorted(account.pk for account in pair)
    assert len(set(emails.values_list("thread", flat=True))) == 1
