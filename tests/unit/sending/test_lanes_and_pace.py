"""Who goes first, how fast an account may send, and what is taken up when a worker is stuck."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from mailroom.flows.incoming import exchange
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.sending import bulk, claims, journal, outbox, run, send, turns
from mailroom.flows.sending.models import SendingOptions
from mailroom.flows.sending.outbox import NewEmail
from mailroom.flows.sending.replies import Answer, Reply, Transaction
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Lane, Recipient, Status
from tests.factories.accounts import AccountFactory
from tests.servers.hostile import script
from tests.servers.hostile.smtp import HostileSmtp
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def drafts(account: EmailAccount, now: datetime, count: int, domain: str = "example.org") -> list[int]:
    to = [DraftFields(account, [Address("", f"r{number}@{domain}")], subject=domain) for number in range(count)]
    return [compose.create(fields, now, None).pk for fields in to]


def test_runs_share_the_bulk_lane_and_a_persons_mail_goes_first(account: EmailAccount, now: datetime) -> None:
    """T47: twenty runs in parallel get equal shares, whoever came first; a reply waits for none of them."""
    for batch in range(20):
        bulk.enqueue_many(drafts(account, now, 6, f"run{batch}.example"), now)
    reply = outbox.create(NewEmail(DraftFields(account, [Address("", "x@example.org")]), send=True), now, None)
    offers = claims.claim(account, "first", now, 61)
    assert offers[0].email_id == reply.pk
    subjects = Email.objects.in_bulk([offer.email_id for offer in offers[1:]])
    shares = Counter(email.subject for email in subjects.values())
    assert set(shares.values()) == {3}
    late = bulk.enqueue_many(drafts(account, now, 3, "late.example"), now).ids
    assert late[0] in {offer.email_id for offer in claims.claim(account, "second", now, 21)}


def test_a_bulk_run_steps_aside_while_it_runs(account: EmailAccount, smtp_server: SmtpServer, now: datetime) -> None:
    """T47: the run looks for more urgent mail and gives back what it has not yet offered."""
    bulk.enqueue_many(drafts(account, now, 3), now)
    assert not claims.more_urgent(account.pk, Lane.BULK, now)
    outbox.create(NewEmail(DraftFields(account, [Address("", "x@example.org")]), send=True), now, None)
    assert claims.more_urgent(account.pk, Lane.BULK, now)
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 4
    assert smtp_server.sent_by(account.email_address)[0].recipients == ("x@example.org",)


@pytest.mark.parametrize(
    ("limits", "first", "later"),
    [({"limit_per_minute": 4}, 4, 4), ({"limit_per_hour": 7}, 7, 0), ({"limit_per_domain_per_minute": 2}, 4, 4)],
)
def test_an_account_keeps_its_own_limits(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime, limits: dict[str, int], first: int, later: int
) -> None:
    SendingOptions.objects.create(account=account, **limits)
    bulk.enqueue_many(drafts(account, now, 5, "a.example") + drafts(account, now, 5, "b.example"), now)
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == first
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 0
    minute = now + timedelta(seconds=75)
    assert send.send_account(account.pk, minute, read_clock=lambda: minute).sent == later
    assert not Email.objects.filter(status=Status.FAILED).exists()


def test_what_a_provider_allows_is_learned_and_kept(accounts: AccountFactory, now: datetime) -> None:
    """T16: a limit a session is met by a fresh session at once, and from then on by shorter ones."""
    limit = script.per_connection(4, script.say_and_drop(b"421 4.7.0 Enough for one connection\r\n"))
    with HostileSmtp({"MAIL": limit}) as server:
        account = accounts.make(outgoing_server_port=server.port)
        bulk.enqueue_many(drafts(account, now, 10), now)
        assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 10
        assert (len(server.taken), server.connections) == (10, 3)
    assert SendingOptions.objects.get(account=account).learned_per_session == 4


def test_mail_that_waited_five_days_is_given_up(accounts: AccountFactory, now: datetime) -> None:
    account = accounts.make(outgoing_server_port=1)
    (pk,) = bulk.enqueue_many(drafts(account, now, 1), now).ids
    late = now + claims.LONGEST_WAIT + timedelta(hours=1)
    send.send_account(account.pk, late, read_clock=lambda: late)
    email = Email.objects.get(pk=pk)
    assert (email.status, "five days" in email.error) == (Status.FAILED, True)


def test_no_account_has_more_sessions_than_it_allows_over_all_workers(
    account: EmailAccount, smtp_server: SmtpServer, now: datetime
) -> None:
    """T04, T41: while one run holds the only session the others wait; when it is stuck its place is taken."""
    bulk.enqueue_many(drafts(account, now, 2), now)
    assert journal.open_slots(account.pk, "stuck", 1, 1, now) == 1
    claims.claim(account, "stuck", now, 1)
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == 0
    assert "Another worker" in send.send_account(account.pk, now, manual=True, read_clock=lambda: now).error
    by_hand = exchange.run_one(Exchange.SEND_ALL, account.pk, lambda: now, manual=True)
    assert (by_hand.error, "Another worker" in str(by_hand)) == ("", True)  # nothing is wrong with that
    later = now + journal.LEASE + timedelta(seconds=1)
    assert account.pk in turns.due_accounts(later)
    assert send.send_account(account.pk, later, read_clock=lambda: later).sent == 2


def test_a_run_that_was_taken_for_dead_cannot_send_one_more_mail(account: EmailAccount, now: datetime) -> None:
    """T41: a worker that slept through its lease finds its session gone before the next body."""
    bulk.enqueue_many(drafts(account, now, 1), now)
    journal.open_slots(account.pk, "sleeper", 1, 1, now)
    (offer,) = claims.claim(account, "sleeper", now, 1)
    later = now + journal.LEASE + timedelta(seconds=1)
    send.send_account(account.pk, later, read_clock=lambda: later)
    with pytest.raises(journal.LeaseLost):
        journal.mark("sleeper", [(offer.email_id, "")], later)


def test_a_run_that_was_taken_for_dead_writes_nothing_about_mail_that_another_run_settled(
    account: EmailAccount, now: datetime
) -> None:
    """T41: what it heard late neither changes an outcome nor gives back a mail that is now another's."""
    bulk.enqueue_many(drafts(account, now, 2), now)
    options, _made = SendingOptions.objects.get_or_create(account=account)
    sleeper = run.Run(account, options, run.policy(manual=False), read_clock=lambda: now)
    journal.open_slots(account.pk, sleeper.name, 1, 1, now)
    heard, untried = claims.claim(account, sleeper.name, now, 2)
    journal.mark(sleeper.name, [(heard.email_id, "")], now)
    later = now + journal.LEASE + timedelta(seconds=1)
    assert claims.take_up_after_death(account, options, sleeper.policy, later).in_doubt == 1
    claims.claim(account, "successor", later, 2)
    sleeper.answered(heard, Answer(heard.email_id, Transaction(Reply(250, "Queued")), now, now))
    sleeper.queue.append(untried)
    for late in (sleeper.write, lambda: sleeper.return_rest("")):
        with pytest.raises(journal.LeaseLost):
            late()
    assert set(Recipient.objects.filter(email_id=heard.email_id).values_list("outcome", flat=True)) == {"in_doubt"}
    assert Email.objects.get(pk=untried.email_id).lease_holder == "successor"
