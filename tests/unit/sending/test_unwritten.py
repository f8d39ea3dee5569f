"""Answers that the ledger has not yet: told apart by identity, kept whatever fails, written before a goodbye."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import OperationalError

from mailroom.flows.sending import outbox, send, smtp
from mailroom.flows.sending.beside import Beside
from mailroom.flows.sending.claims import Offer
from mailroom.flows.sending.models import Mark
from mailroom.flows.sending.outbox import NewEmail
from mailroom.flows.sending.replies import Answer, Reply, Transaction
from mailroom.flows.sending.smtp import Letter
from mailroom.flows.sending.unwritten import Rows, Unwritten
from mailroom.mime.message import Address
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Recipient, Status
from tests.factories.accounts import AccountFactory
from tests.servers.hostile.script import Wire
from tests.servers.hostile.smtp import HostileSmtp
from tests.unit.sending.test_beside import COUNT, queue

pytestmark = pytest.mark.usefixtures("small_batches")
OFFER = Offer(7, 0, 0, None, ((1, "ola@example.org"),), Letter("hub@example.org", ["ola@example.org"], 10, False))


def answer(now: datetime, words: str) -> Answer:
    return Answer(OFFER.email_id, Transaction(Reply(250, words)), now, now)


def test_of_two_answers_to_one_mail_only_the_unwritten_one_is_carried_by_marks(now: datetime) -> None:
    """T12: a mark with the first answer would have its second half sent twice after a kill."""
    written: list[Rows] = []
    kept = Unwritten(Beside(), written.append)
    first, second = answer(now, "a part"), answer(now, "the rest")
    kept.add(OFFER, first)
    assert kept.has(first)
    kept.look()
    kept.add(OFFER, second)
    assert (kept.has(first), kept.has(second)) == (False, True)
    kept.write()
    assert [row[1] for rows in written for row in rows] == [first, second]
    assert not kept


def test_what_was_answered_for_a_mail_is_written_before_it_is_handed_out_again(now: datetime) -> None:
    written: list[Rows] = []
    kept = Unwritten(Beside(), written.append)
    kept.add(OFFER, answer(now, "a part"))
    kept.settle(OFFER.email_id + 1)
    assert not written
    kept.settle(OFFER.email_id)
    assert len(written) == 1
    assert not kept


def test_work_is_done_here_when_the_process_ends_and_its_threads_take_no_more() -> None:
    done: list[int] = []
    beside = Beside()
    beside._thread = ThreadPoolExecutor(1)
    beside.submit(lambda: done.append(1))
    beside._thread.shutdown()
    beside.submit(lambda: done.append(2))
    assert done == [1, 2]
    assert not beside.runs
    beside.close()


@pytest.mark.django_db(transaction=True)
def test_answers_are_kept_when_the_next_claim_fails(
    accounts: AccountFactory, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T04: the server has these mails, and nobody is in doubt about it."""
    claim, asked = send._claim, iter(range(COUNT))

    def failing(*arguments: object) -> list[Offer]:
        if next(asked) > 1:
            raise OperationalError("the database is locked")
        return claim(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(send, "_claim", failing)
    with HostileSmtp() as server:
        account = accounts.make(outgoing_server_port=server.port)
        queue(account, now)
        with pytest.raises(OperationalError):
            send.send_account(account.pk, now, read_clock=lambda: now)
        taken = len(server.taken)
    assert taken
    assert Recipient.objects.filter(outcome="accepted").count() == taken
    assert not Mark.objects.exists()
    assert Counter(Email.objects.values_list("status", flat=True)) == {
        Status.PROCESSED: taken,
        Status.PENDING: COUNT - taken,
    }


@pytest.mark.django_db(transaction=True)
def test_a_session_ends_after_its_answers_stand_on_the_ledger(
    accounts: AccountFactory, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T04: a server that is slow at goodbye leaves nothing in doubt."""
    close, unknown = smtp.SmtpSession.close, []

    def closing(session: smtp.SmtpSession) -> None:
        unknown.append(len(server.taken) - Recipient.objects.filter(outcome="accepted").count())
        close(session)

    monkeypatch.setattr(smtp.SmtpSession, "close", closing)
    with HostileSmtp() as server:
        account = accounts.make(outgoing_server_port=server.port, group_mails=2)
        queue(account, now)
        assert send.send_account(account.pk, now, read_clock=lambda: now).sent == COUNT
    assert set(unknown) == {0}


class TakesTwo:
    """Takes two recipients a mail and wants the others in a mail of their own (RFC 5321 §4.5.3.1.10)."""

    def __init__(self) -> None:
        self.named = 0

    def mail(self, _wire: Wire) -> bool:
        self.named = 0
        return True

    def recipient(self, wire: Wire) -> bool:
        self.named += 1
        if self.named > 2:
            wire.line(b"452 4.5.3 Too many recipients")
        return self.named <= 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("manual", [False, True])
def test_a_server_that_takes_two_recipients_a_mail_gets_all_of_them_in_one_run(
    accounts: AccountFactory, now: datetime, manual: bool
) -> None:
    few = TakesTwo()
    with HostileSmtp({"MAIL": few.mail, "RCPT": few.recipient}) as server:
        account = accounts.make(outgoing_server_port=server.port)
        to = [Address("", f"r{number}@example.org") for number in range(7)]
        email = outbox.create(NewEmail(DraftFields(account, to, text="Hello"), send=True), now, None)
        send.send_account(account.pk, now, manual=manual, read_clock=lambda: now)
        taken = Counter(address for recipients, _raw in server.taken for address in recipients)
    email.refresh_from_db()
    assert email.status == Status.PROCESSED
    assert set(taken.values()) == {1}
    assert len(taken) == len(to)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_to_stop_gives_back_what_it_did_not_try(accounts: AccountFactory, now: datetime) -> None:
    told: list[tuple[int, int]] = []
    with HostileSmtp() as server:
        account = accounts.make(outgoing_server_port=server.port)
        queue(account, now)
        result = send.send_account(
            account.pk,
            now,
            read_clock=lambda: now,
            stop=lambda: len(server.taken) >= 7,
            progress=lambda done, of: told.append((done, of)),
        )
        taken = len(server.taken)
    assert 7 <= result.sent == taken < COUNT
    assert Counter(Email.objects.values_list("status", "lease_holder")) == {
        (Status.PROCESSED, ""): taken,
        (Status.PENDING, ""): COUNT - taken,
    }
    assert not Mark.objects.exists()
    assert {of for _done, of in told} == {COUNT}
