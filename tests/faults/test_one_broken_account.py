"""One broken account never delays another: the real engine with two job slots, and accounts broken in every way."""

import errno
import os
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from mailroom.base import engine
from mailroom.flows import registration
from mailroom.flows.receiving import receive, state
from mailroom.flows.watching import alerts, looking
from mailroom.flows.watching.models import Kind
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from tests.factories.accounts import AccountFactory
from tests.servers.hostile import script
from tests.servers.hostile.imap import HostileImap

pytestmark = pytest.mark.django_db(transaction=True)
HEALTHY = 25


def mail(number: int) -> bytes:
    return b"From: a@example.org\r\nMessage-ID: <%d@t24>\r\nSubject: Mail %d\r\n\r\nHi\r\n" % (number, number)


def test_the_others_are_on_time(accounts: AccountFactory) -> None:
    """T24: DNS, refused, hang, TLS, password, token: six broken accounts, two job slots, all others get their mail."""
    with HostileImap(script={"greeting": script.hang}) as silent:
        ways: list[dict[str, Any]] = [
            {"incoming_mail_server": "no.such.host.invalid"},
            {"incoming_server_port": 1},
            {"incoming_server_port": silent.port, "timeout_seconds": 3},
            {"incoming_server_encrypted_connection": "ssl", "timeout_seconds": 3},
            {"password": "wrong"},
            {"sign_in_method": "oauth2_google", "oauth2_client_id": "x", "oauth2_token_address": "http://127.0.0.1:1/"},
        ]
        broken = [accounts.make(**way) for way in ways]  # made first, so that they are tried first
        healthy = [accounts.make() for _ in range(HEALTHY)]
        for number, account in enumerate(healthy):
            account.mailbox.deliver(mail(number))
        registration.register()
        worker = engine.Worker(2)
        began = time.monotonic()
        worker.start()
        try:
            while Email.objects.filter(account__in=healthy).count() < HEALTHY:
                assert time.monotonic() - began < 60
                time.sleep(0.1)
            while any(not state.export(account)["last_error"] for account in broken):
                assert time.monotonic() - began < 90
                time.sleep(0.1)
        finally:
            worker.stop()
    assert all(state.export(account)["last_error"] == "" for account in healthy)
    assert all(EmailAccount.objects.get(pk=account.pk).active for account in broken)


def test_a_hanging_server_is_told_with_what_to_do_and_taken_back(accounts: AccountFactory, now: datetime) -> None:
    """T24: one alert however often it hangs, none against the account beside it, withdrawn by the first whole run."""
    with HostileImap(script={"greeting": script.hang}) as silent:
        hanging = accounts.make(incoming_server_port=silent.port, timeout_seconds=1)
        well = accounts.make()
        well.mailbox.deliver(mail(1))
        for minute in (0, 15):
            receive.receive_account(hanging.pk, now + timedelta(minutes=minute))
        assert receive.receive_account(well.pk, now).stored == 1
    (alert,) = alerts.shown(now + timedelta(minutes=15))
    assert (alert.kind, alert.account) == (Kind.CANNOT_RECEIVE, hanging)
    assert "did not answer in time" in alert.words
    assert "press Test" in alert.advice
    EmailAccount.objects.filter(pk=hanging.pk).update(incoming_server_port=accounts.dovecot.ports["imap"])
    later = now + timedelta(minutes=16)
    assert receive.receive_account(hanging.pk, later).error == ""
    assert not alerts.shown(later).exists()


def test_a_full_disk_is_one_alert_for_all_accounts_and_goes_with_room(
    accounts: AccountFactory, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T24: a full disk is a trouble of this machine: told at once, with what to do, and against no account."""
    several = [accounts.make() for _ in range(3)]
    for number, account in enumerate(several):
        account.mailbox.deliver(mail(number))
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_room)
        full.setattr(os, "posix_fallocate", no_room)
        for account in several:
            assert "disk is full" in receive.receive_account(account.pk, now).error
        looking.look(now)
        (alert,) = alerts.shown(now + timedelta(hours=1))
    assert (alert.kind, alert.account) == (Kind.DISK, None)
    assert "Make room" in alert.advice
    assert [receive.receive_account(account.pk, now).stored for account in several] == [1, 1, 1]
    looking.look(now)
    alert.refresh_from_db()
    assert alert.withdrawn_at == now


def no_room(*_arguments: object) -> None:
    """What the system says when the disk is full."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_takes_nothing_off_the_server_and_loses_nothing(
    account: EmailAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T24: nothing is marked or removed while there is no room; the next run with room gets everything."""

    sync = os.fsync
    account.mailbox.deliver(*[mail(number) for number in range(3)])
    monkeypatch.setattr(os, "fsync", no_room)
    assert "disk is full" in receive.receive_account(account.pk, now).error
    assert Email.objects.count() == 0
    assert len(account.mailbox.uids()) == 3
    monkeypatch.setattr(os, "fsync", sync)
    assert receive.receive_account(account.pk, now).stored == 3
