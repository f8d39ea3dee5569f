"""One broken account never delays another: the real engine with two job slots, and accounts broken in every way."""

import errno
import os
import time
from datetime import datetime
from typing import Any

import pytest

from mailroom.base import engine
from mailroom.flows import registration
from mailroom.flows.receiving import receive, state
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


def test_a_full_disk_takes_nothing_off_the_server_and_loses_nothing(
    account: EmailAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T24: nothing is marked or removed while there is no room; the next run with room gets everything."""

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    sync = os.fsync
    account.mailbox.deliver(*[mail(number) for number in range(3)])
    monkeypatch.setattr(os, "fsync", full)
    assert "disk is full" in receive.receive_account(account.pk, now).error
    assert Email.objects.count() == 0
    assert len(account.mailbox.uids()) == 3
    monkeypatch.setattr(os, "fsync", sync)
    assert receive.receive_account(account.pk, now).stored == 3
