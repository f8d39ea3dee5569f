"""Threads: mails that name a common Message-ID are one conversation, in whatever order and batches they arrive."""

import itertools
from collections.abc import Sequence
from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.flows.receiving import filing
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, Thread
from tests.factories.mails import fetched, letter

pytestmark = pytest.mark.django_db
NAMES = [f"m{number}" for number in range(7)]
Mails = list[tuple[str, list[str]]]


@pytest.fixture
def inbox(db: None) -> EmailAccount:
    """An account whose server is never asked."""
    return EmailAccount.objects.create(email_account_id="THREADS", email_address="threads@mailroom.test")


def groups(account: EmailAccount) -> set[frozenset[str]]:
    """Which mails share a thread, by their subjects."""
    rows = Email.objects.filter(account=account).order_by("thread").values_list("thread", "subject")
    return {
        frozenset(subject for _thread, subject in found)
        for _thread, found in itertools.groupby(rows, key=lambda row: row[0])
    }


def connected(mails: Mails) -> set[frozenset[str]]:
    """The same told by the definition: who bears or names a common Message-ID, over any number of steps."""
    sets: list[tuple[set[str], set[str]]] = []
    for place, (own, named) in enumerate(mails):
        subjects, ids = {f"s{place}"}, {own, *named}
        for other in [one for one in sets if one[1] & ids]:
            sets.remove(other)
            subjects |= other[0]
            ids |= other[1]
        sets.append((subjects, ids))
    return {frozenset(subjects) for subjects, _ids in sets}


def file(account: EmailAccount, now: datetime, mails: Sequence[tuple[str, list[str]]], first: int = 0) -> None:
    raws = [letter(own, *named, subject=f"s{first + place}") for place, (own, named) in enumerate(mails)]
    filing.file_batch(account, fetched(*raws), now)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mails=st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3)), max_size=8),
    batch=st.integers(1, 8),
)
def test_threads_are_what_is_connected_in_any_order_and_batches(
    inbox: EmailAccount, now: datetime, mails: Mails, batch: int
) -> None:
    """Loops, missing roots, two mails of one name, late parents: the definition holds."""
    with transaction.atomic():
        for at in range(0, len(mails), batch):
            file(inbox, now, mails[at : at + batch], at)
        assert groups(inbox) == connected(mails)
        transaction.set_rollback(True)


def test_a_parent_that_comes_late_joins_and_ties_two_threads_into_the_older(inbox: EmailAccount, now: datetime) -> None:
    file(inbox, now, [("one", ["lost"]), ("two", ["also lost"])])
    first, second = Email.objects.filter(account=inbox).order_by("pk").values_list("thread", flat=True)
    file(inbox, now, [("also lost", ["lost"])], 2)
    assert set(Email.objects.filter(account=inbox).values_list("thread", flat=True)) == {first}
    assert Thread.objects.get(pk=second).merged_into_id == first


def test_mails_that_name_nothing_are_threads_of_their_own(inbox: EmailAccount, now: datetime) -> None:
    raws = [b"Subject: s%d\r\n\r\nHello\r\n" % number for number in range(3)]
    filing.file_batch(inbox, fetched(*raws), now)
    assert groups(inbox) == {frozenset({f"s{number}"}) for number in range(3)}
