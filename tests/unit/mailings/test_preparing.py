"""Prepare as a job: batches under a lease, stopped, killed and begun anew, and nothing changed under its hands."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailroom.flows.mailings import prepare, preparing, recipients
from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient
from mailroom.flows.scheduling import jobs
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Contact, MarketingList
from mailroom.records.emails import status
from mailroom.records.organisation.models import Job, User
from tests.factories import incoming, mass_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> list[Contact]:
    """Seven people, of whom a batch takes two."""
    monkeypatch.setattr(recipients, "BATCH", 2)
    monkeypatch.setattr(preparing, "BATCH", 2)
    return [mass_mail.contact(f"Per {n}", f"per{n}@example.net") for n in range(7)]


@pytest.fixture
def mass_email(many: list[Contact], now: datetime) -> MassEmail:
    return mass_mail.mass_email(now, mass_mail.marketing_list(now, *many))


def run(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def test_a_job_prepares_and_tells_what_it_came_to(mass_email: MassEmail, now: datetime, agent: User) -> None:
    job = preparing.start(mass_email.pk, agent, now)
    mass_email.refresh_from_db()
    assert (mass_email.status, mass_email.job, job.window_id) == ("preparing", job, "CR308000")
    with pytest.raises(status.Refused, match="It is being prepared"):
        preparing.start(mass_email.pk, agent, now)
    with pytest.raises(status.Refused):
        prepare.send(mass_email.pk, now)
    job = run(job)
    mass_email.refresh_from_db()
    assert (job.state, job.done, job.total, job.message) == ("done", 7, 7, "7 recipients")
    assert (mass_email.status, mass_email.prepared_at) == ("prepared", now)


def test_a_worker_that_died_is_taken_over_and_doubles_nobody(
    mass_email: MassEmail, now: datetime, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, calls, keep = preparing.start(mass_email.pk, agent, now), iter(range(99)), jobs.keep

    def dies(row: Job) -> None:
        keep(row)
        if next(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "keep", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.pk)
    MassEmail.objects.update(status="preparing")  # a kill would have left it so
    Job.objects.update(lease_until=now)
    assert jobs.waiting(now.replace(year=2030)) == [job.pk]
    assert run(job).done == 7
    assert mass_email.recipients.count() == 7


@pytest.mark.parametrize("how", ["canceled", "held"])
def test_stopped_it_is_on_hold_and_can_be_prepared_again(
    mass_email: MassEmail, now: datetime, agent: User, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    job, keep = preparing.start(mass_email.pk, agent, now), jobs.keep

    def stop(row: Job) -> None:
        keep(row)
        if how == "held":
            prepare.hold(mass_email.pk)
        else:
            Job.objects.filter(pk=row.pk).update(cancel_requested=True)

    monkeypatch.setattr(jobs, "keep", stop)
    ended = run(job)
    mass_email.refresh_from_db()
    assert (mass_email.status, mass_email.recipients.count()) == ("on_hold", 2)
    assert (ended.state, preparing.told(mass_email)) == ("canceled", ended.message)
    assert "stopped before its end" in preparing.why_not(mass_email)
    monkeypatch.undo()
    mass_email = preparing.at_once(mass_email.pk, now)
    assert (mass_email.status, mass_email.recipients.count()) == ("prepared", 7)
    assert (preparing.why_not(mass_email), preparing.told(mass_email)) == ("", "7 recipients")


def test_what_breaks_tells_so_and_leaves_it_on_hold(
    mass_email: MassEmail, now: datetime, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients, "decide", lambda *_arguments: 1 / 0)
    job = run(preparing.start(mass_email.pk, agent, now))
    mass_email.refresh_from_db()
    assert (job.state, mass_email.status) == ("failed", "on_hold")
    assert "ZeroDivisionError" in job.message
    assert preparing.told(mass_email) == preparing.why_not(mass_email) == job.message
    with pytest.raises(status.Refused):
        preparing.at_once(mass_email.pk, now)


def test_a_worker_that_was_thought_dead_takes_nothing_off_that_the_next_one_froze(
    mass_email: MassEmail, now: datetime, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, counted, kept = preparing.start(mass_email.pk, agent, now), recipients.count, []

    def long_count(*arguments: Any) -> int:
        if not kept:  # the slow worker: its lease ends, and another has frozen nearly all when it wakes up
            kept.append(1)
            Job.objects.update(lease_until=now)
            jobs.run(job.pk)
            MassEmail.objects.update(status="preparing")
            Job.objects.update(state="running")
        return counted(*arguments)

    monkeypatch.setattr(recipients, "count", long_count)
    jobs.run(job.pk)
    job.refresh_from_db()
    mass_email.refresh_from_db()
    assert (mass_email.recipients.count(), mass_email.status) == (7, "preparing")
    assert (job.state, job.done, job.cancel_requested) == ("running", 7, False)


def test_of_one_that_was_deleted_the_job_tells_so(mass_email: MassEmail, now: datetime, agent: User) -> None:
    job = preparing.start(mass_email.pk, agent, now)
    mass_email.delete()
    assert (run(job).state, run(job).message) == ("done", "It is not there any more.")


def test_an_older_job_leaves_what_a_newer_one_prepares(mass_email: MassEmail, now: datetime, agent: User) -> None:
    old = preparing.start(mass_email.pk, agent, now)
    prepare.hold(mass_email.pk)
    new = preparing.start(mass_email.pk, agent, now)
    run(old)
    mass_email.refresh_from_db()
    assert (mass_email.status, mass_email.recipients.count()) == ("preparing", 0)
    assert run(new).done == 7


def test_a_batch_takes_the_same_statements_for_many_as_for_few(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    incoming.system_account()
    people = [mass_mail.contact(f"Per {n}", f"per{n}@example.net") for n in range(40)]

    def statements(count: int, batch: int) -> int:
        monkeypatch.setattr(recipients, "BATCH", batch)
        of = mass_mail.marketing_list(now, *people[:count], list_id=f"L{MarketingList.objects.count()}")
        made = mass_mail.mass_email(now, of)
        with CaptureQueriesContext(connection) as queries:
            preparing.at_once(made.pk, now)
        assert made.recipients.count() == count
        return len(queries)

    statements(2, 40)
    assert statements(40, 40) == statements(2, 40), "of one batch"
    one, two, four = (statements(40, 40 // batches) for batches in (1, 2, 4))
    assert (four - two) == 2 * (two - one), "of each further batch"


def test_people_of_two_lists_are_one_and_who_left_the_first_gets_the_mail_of_the_second(
    many: list[Contact], now: datetime
) -> None:
    first = mass_mail.marketing_list(now, *many, list_id="A")
    second = mass_mail.marketing_list(now, *many[:3], list_id="B")
    for one in many[1:4]:
        marketing.unsubscribe(one.email, first, now)
    made = preparing.at_once(mass_mail.mass_email(now, first, second).pk, now)
    told = {row.contact_id: (row.marketing_list, row.reason) for row in MassEmailRecipient.objects.all()}
    assert len(told) == made.recipients.count() == 7
    assert told[many[0].pk] == (first, "")
    assert told[many[1].pk] == told[many[2].pk] == (second, "")
    assert told[many[3].pk] == (first, "left_list")
