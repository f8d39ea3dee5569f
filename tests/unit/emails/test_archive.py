"""Archive by hand and by age: processed mail alone, only the account and direction that ran, still an activity."""

from datetime import datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta

from mailroom.base import clock
from mailroom.flows.incoming import exchange
from mailroom.flows.incoming.exchange import Exchange
from mailroom.records.activities import linking, timeline
from mailroom.records.crm.models import Contact
from mailroom.records.emails import answering, archive, status
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.emails.moves import Action
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from tests.factories import relations
from tests.factories.accounts import AccountFactory


def old(now: datetime, **changes: object) -> Email:
    return relations.mail(now, **changes, date=now - relativedelta(months=3) - timedelta(seconds=1))  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [state for state in Status.values if state != Status.PROCESSED])
def test_only_processed_mail_is_archived_by_hand_or_by_age(now: datetime, administrator: User, state: str) -> None:
    box = "deleted" if state == Status.DELETED else "incoming"
    email = old(now, status=state, box=box)
    moved = status.move_many([email.pk], Action.ARCHIVE, now, administrator)
    assert list(moved.refused) == [email.pk]
    assert moved.refused[email.pk]
    assert archive.archive_older_than(email.account_id, Direction.INCOMING, 0, now) == 0
    email.refresh_from_db()
    assert (email.archived, email.status) == (False, state)


def test_archived_mail_leaves_its_list_and_comes_back_processed(now: datetime, administrator: User) -> None:
    email = relations.mail(now)
    status.archive(email, now, administrator)
    assert (email.box, email.status, email.archived) == ("archived", "processed", True)
    with pytest.raises(status.Refused, match="archived already"):
        status.archive(email, now, administrator)
    status.restore_from_archive(email, now, administrator)
    assert (email.box, email.status, email.archived) == ("incoming", "processed", False)
    with pytest.raises(status.Refused, match="not archived"):
        status.restore_from_archive(email, now, administrator)


def test_the_age_is_counted_in_months_to_the_second(now: datetime, administrator: User) -> None:
    border = relations.mail(now, date=now - relativedelta(months=3))
    older = old(now)
    assert archive.archive_older_than(older.account_id, Direction.INCOMING, -1, now) == 0
    assert archive.archive_older_than(older.account_id, Direction.INCOMING, 3, now) == 1
    assert set(Email.objects.filter(archived=True)) == {older}
    assert archive.archive_older_than(older.account_id, Direction.INCOMING, 0, now) == 1
    assert Email.objects.get(pk=border.pk).archived
    reasons = set(older.status_changes.values_list("reason", flat=True))
    assert reasons == {"Archived by its age."}


def test_only_the_account_and_direction_that_ran_are_archived(accounts: AccountFactory) -> None:
    now = clock.now()
    one, other = accounts.make(), accounts.make()
    came, went, elsewhere = (
        old(now, account=one),
        old(now, account=one, direction="outgoing", box="sent"),
        old(now, account=other),
    )
    preferences = current.read()
    preferences.archive_emails = 3
    preferences.save()
    result = exchange.run_one(Exchange.RECEIVE_ALL, one.pk, clock.now, manual=True)
    assert (result.error, result.archived) == ("", 1)
    assert set(Email.objects.filter(archived=True)) == {came}
    assert exchange.run_one(Exchange.SEND_ALL, one.pk, clock.now, manual=True).archived == 1
    assert set(Email.objects.filter(archived=True)) == {came, went}
    exchange.run_one(Exchange.SEND_RECEIVE_ALL, other.pk, clock.now, manual=True)
    assert set(Email.objects.filter(archived=True)) == {came, went, elsewhere}


def test_archiving_goes_in_batches(now: datetime, administrator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "BATCH", 7)
    account = relations.account()
    for _ in range(20):
        old(now, account=account)
    assert archive.archive_older_than(account.pk, Direction.INCOMING, 3, now) == 20


def test_archived_mail_is_still_an_activity_and_can_be_answered(now: datetime, administrator: User) -> None:
    contact = Contact.objects.create(name="Ingrid")
    email = relations.mail(now)
    linking.link([email.pk], contact, now, administrator)
    status.archive(email, now, administrator)
    page = timeline.of(linking.related(contact), administrator)
    assert [entry.row for entry in page.entries] == [email]
    draft = answering.reply(Email.objects.get(pk=email.pk), administrator, now)
    assert draft.status == Status.DRAFT
