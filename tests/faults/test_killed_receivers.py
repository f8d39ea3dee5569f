"""Receivers killed, and many at once: each mail is stored exactly once, whatever is done with it on the server."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from mailroom.flows.receiving import receive
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.flows.receiving.servers.imap_channel import Channel
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from tests.factories.accounts import AccountFactory
from tests.faults import killing, receivers
from tests.servers.dovecot import DovecotServer
from tests.servers.smtp import SmtpServer


@pytest.fixture(scope="module")
def without_move(dovecot: DovecotServer) -> Iterator[DovecotServer]:
    """A Dovecot that does not say that it can move."""
    relay_port = dovecot.relay_port  # type: ignore[attr-defined]  # set where it is made
    server = DovecotServer(dovecot.certificates, dovecot.oauth, relay_port, "IMAP4rev1 UIDPLUS")
    yield server.start()
    server.stop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", list(receivers.HOW))
def test_a_receiver_killed_at_any_point_stores_each_mail_exactly_once(
    accounts: AccountFactory, now: datetime, how: str
) -> None:
    """T01: a hundred kills, between fetch and commit and between commit and the word to the server."""
    receivers.survive(accounts, now, how, kills=25, seed=1)


@pytest.mark.django_db(transaction=True)
def test_a_receiver_killed_at_any_point_copies_each_mail_once_to_a_server_that_cannot_move(
    without_move: DovecotServer, smtp_server: SmtpServer, now: datetime
) -> None:
    receivers.survive(AccountFactory(without_move, smtp_server), now, "move", kills=25, seed=2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["STORE", "EXPUNGE"])
def test_a_receiver_killed_between_the_copy_and_the_removal_only_removes_afterwards(
    without_move: DovecotServer, smtp_server: SmtpServer, now: datetime, moment: str
) -> None:
    account = AccountFactory(without_move, smtp_server).make()
    ReceivingOptions.objects.create(account=account, **receivers.HOW["move"])
    mailbox = account.mailbox  # type: ignore[attr-defined]  # the server's side of the account
    target, sent = mailbox.create_folder(receivers.TARGET), [receivers.letter(number) for number in range(3)]
    mailbox.deliver(*sent)
    told = Channel.command

    def dying(channel: Channel, name: str, *arguments: str) -> list[Any]:
        if name == "UID" and arguments[0] == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return told(channel, name, *arguments)

    def work() -> None:
        with patch.object(Channel, "command", dying):
            receive.receive_account(account.pk, now)

    assert killing.killed_at(0, work)
    time.sleep(0.5)  # the server notices that nobody is there
    assert (sorted(target.raws()), sorted(mailbox.raws())) == (sorted(sent), sorted(sent))
    assert receive.receive_account(account.pk, now + timedelta(minutes=2)).error == ""
    assert (sorted(target.raws()), mailbox.raws()) == (sorted(sent), [])
    receivers.assert_each_is_here_once(account, sent)


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
