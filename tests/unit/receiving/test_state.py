"""When the next run is due: the account's rhythm, slower with each failure, and at once after a change."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.flows.receiving import receive, state
from mailroom.flows.receiving.models import ReceivingState
from mailroom.records.email_accounts.models import EmailAccount
from tests.factories.accounts import AccountFactory


@given(st.integers(0, 10_000), st.integers(1, 86_400), st.sampled_from(["dns", "password", "consent"]))
def test_the_pause_never_shrinks_with_failures_and_never_exceeds_its_limit(
    failures: int, seconds: int, kind: str
) -> None:
    every = timedelta(seconds=seconds)
    now, more = state.pause(failures, every, kind), state.pause(failures + 1, every, kind)
    assert every <= now <= more <= max(every, state.LONGEST_PAUSE_OF_SIGN_IN)


@pytest.mark.django_db(transaction=True)
def test_a_failing_account_is_tried_less_often_and_stays_on(accounts: AccountFactory, now: datetime) -> None:
    """T18: half an hour of connection errors: the account stays on and comes back by itself."""
    account = accounts.make(incoming_server_port=1)
    EmailAccount.objects.filter(pk=account.pk).update(changed_at=now)
    tries, moment = 0, now
    while moment < now + timedelta(minutes=30):
        if account.pk in state.due(moment).values_list("pk", flat=True):
            assert "listens" in receive.receive_account(account.pk, moment).error
            tries += 1
        moment += timedelta(seconds=30)
    assert 7 <= tries <= 12
    account.refresh_from_db()
    assert account.active
    EmailAccount.objects.filter(pk=account.pk).update(incoming_server_port=accounts.dovecot.ports["imap"])
    assert receive.receive_account(account.pk, moment).error == ""
    kept = ReceivingState.objects.get(account=account)
    assert (kept.failures, kept.next_try_at) == (0, moment + timedelta(seconds=60))


@pytest.mark.django_db(transaction=True)
def test_a_changed_account_is_tried_at_once(accounts: AccountFactory, now: datetime) -> None:
    account = accounts.make(password="wrong")
    moment = account.changed_at + timedelta(seconds=1)
    for _ in range(3):
        receive.receive_account(account.pk, moment)
    later = moment + timedelta(seconds=5)
    assert account not in state.due(later)
    EmailAccount.objects.filter(pk=account.pk).update(changed_at=later)
    assert account in state.due(later)


@pytest.mark.django_db(transaction=True)
def test_the_state_tells_the_last_run(account: EmailAccount, now: datetime) -> None:
    account.mailbox.deliver(b"From: a@example.org\r\nSubject: x\r\n\r\nHi\r\n")
    receive.receive_account(account.pk, now)
    told = state.export(account)
    assert (told["last_found"], told["last_stored"], told["last_error"]) == (1, 1, "")
    assert told["last_run"] == told["last_receive_date"] == now
    assert told["next_run"] == now + timedelta(seconds=60)
    assert told["emails_per_second"] > 0
    assert told["lag_seconds"] is not None
    assert told["running_since"] is None
    (inbox,) = told["folders"]
    assert (inbox["folder"], inbox["highest_uid"], inbox["left"]) == ("INBOX", 1, 0)
