"""The list of automation schedules: what each came to, and what is done with several."""

from datetime import date

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.flows.scheduling import jobs
from mailroom.flows.scheduling.models import ScheduleRun
from mailroom.records.organisation.models import Job, User
from tests.factories import pages
from tests.factories.schedules import schedule, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(administrator: User) -> Client:
    return pages.signed_in(administrator)


def test_run_now_runs_every_chosen_schedule(boss: Client) -> None:
    line = [{"active": True, "field_name": "Action", "value": "Send all"}]
    chosen = [schedule(filter_values=line, description=name) for name in ("First", "Second")]
    boss.post("/sm205020/do/run/", {"ids": [one.pk for one in chosen]})
    job = Job.objects.get()
    jobs.run(job.pk)
    assert job.title == "First, Second"
    assert {run.schedule_id for run in ScheduleRun.objects.all()} == {one.pk for one in chosen}


def test_the_list_tells_the_last_result_of_each_however_many_runs_another_has(boss: Client) -> None:
    busy, quiet = schedule(description="A busy one"), schedule(description="B quiet")
    runs = [ScheduleRun(schedule=busy, started_at=clock.now(), state="succeeded") for _n in range(201)]
    ScheduleRun.objects.bulk_create([*runs, ScheduleRun(schedule=quiet, started_at=clock.now(), state="aborted")])
    ScheduleRun.objects.create(schedule=busy, started_at=clock.now(), state="with_errors")
    page = boss.get("/sm205020/").content.decode()
    assert "Aborted" in page
    assert "With errors" in page


def test_one_that_cannot_be_activated_keeps_no_other_from_it(boss: Client) -> None:
    over = schedule(description="A over", active=False, next_execution_at=None, expires_on=date(2026, 11, 2))
    other = schedule(description="B", active=False)
    page = boss.post("/sm205020/do/activate/", {"ids": [over.pk, other.pk]}, follow=True).content.decode()
    other.refresh_from_db()
    assert other.active
    assert "1 activated. A over:" in page


def test_delete_names_the_count_and_leads_back_to_the_list(boss: Client) -> None:
    one, other = schedule(), schedule()
    asked = boss.post("/sm205020/do/delete/", {"ids": one.pk}).content.decode()
    assert "Delete 1 schedule?" in asked
    assert "Delete 2 schedules" in boss.post("/sm205020/do/delete/", {"ids": [one.pk, other.pk]}).content.decode()
    assert boss.post(f"/sm205020/schedule/{one.pk}/delete/", {"confirmed": "1"}).headers["Location"] == "/sm205020/"
    assert boss.post(f"/sm205020/schedule/{other.pk}/", values(close="1")).headers["Location"] == "/sm205020/"
