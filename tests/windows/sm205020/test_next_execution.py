"""The next execution of a schedule: entered, moved on by runs while somebody edits, and told before it is saved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.flows.scheduling.models import Schedule
from mailroom.records.organisation.models import User
from tests.factories import pages
from tests.factories.schedules import schedule, values

pytestmark = pytest.mark.django_db
SHOWN = ("description", "next_execution", "next_execution_seen")


@pytest.fixture
def boss(administrator: User) -> Client:
    return pages.signed_in(administrator)


def page_of(boss: Client, made: Schedule, **changes: str) -> dict[str, Any]:
    """What its page would post, with these changes."""
    form = boss.get(f"/sm205020/schedule/{made.pk}/").context["form"]
    return values(time_zone="UTC", **{name: str(form[name].value()) for name in SHOWN}) | changes


@pytest.fixture
def made(db: None) -> Schedule:
    due = (clock.now() - timedelta(minutes=1)).replace(second=0, microsecond=0)
    return schedule(next_execution_at=due, interval_minutes=5, time_zone="UTC", start_time="00:00")


def test_a_page_older_than_the_last_run_does_not_run_it_again(boss: Client, made: Schedule) -> None:
    posted = page_of(boss, made)
    assert posted["next_execution"] == f"{made.next_execution_at:%Y-%m-%dT%H:%M}"
    moved_on = clock.now() + timedelta(minutes=4)
    Schedule.objects.filter(pk=made.pk).update(next_execution_at=moved_on)
    assert boss.post(f"/sm205020/schedule/{made.pk}/", posted | {"description": "Other"}).status_code == 303
    made.refresh_from_db()
    assert (made.description, made.next_execution_at) == ("Other", moved_on)


def test_an_entered_moment_is_not_written_over_another_without_a_word(boss: Client, made: Schedule) -> None:
    posted = page_of(boss, made, next_execution="2199-07-01T08:00")
    Schedule.objects.filter(pk=made.pk).update(next_execution_at=datetime(2198, 1, 1, 8, tzinfo=UTC))
    refused = boss.post(f"/sm205020/schedule/{made.pk}/", posted)
    assert refused.status_code == 422
    assert "It has changed since this page was opened." in refused.content.decode()
    form = refused.context["form"]
    assert form["next_execution"].value() == "2199-07-01T08:00"
    again = posted | {"next_execution_seen": form["next_execution_seen"].value()}
    assert boss.post(f"/sm205020/schedule/{made.pk}/", again).status_code == 303
    made.refresh_from_db()
    assert made.next_execution_at == datetime(2199, 7, 1, 8, tzinfo=UTC)


def test_a_moment_that_is_past_is_not_entered(boss: Client, made: Schedule) -> None:
    answer = boss.post(f"/sm205020/schedule/{made.pk}/", page_of(boss, made, next_execution="2026-01-01T08:00"))
    assert answer.status_code == 422
    assert "still to come" in answer.content.decode()


def runs_of(answer: Any) -> list[datetime]:
    return list(answer.context["next_runs"])


def test_the_next_runs_begin_with_the_entered_or_stored_moment(boss: Client) -> None:
    posted = values(time_zone="UTC", interval="", start_time="06:00", next_execution="2199-07-01T08:00")
    first, second, *_rest = runs_of(boss.post("/sm205020/preview/", posted))
    assert first == datetime(2199, 7, 1, 8, tzinfo=UTC)
    assert second == datetime(2199, 7, 2, 6, tzinfo=UTC)
    boss.post("/sm205020/schedule/new/", posted)
    made = Schedule.objects.get()
    assert runs_of(boss.get(f"/sm205020/schedule/{made.pk}/"))[0] == first
    typed = boss.post(f"/sm205020/preview/?schedule={made.pk}", page_of(boss, made, interval="", start_time="06:00"))
    assert runs_of(typed)[0] == first


def test_the_next_runs_that_are_typed_end_with_the_limit_as_those_of_the_page(boss: Client) -> None:
    made = schedule(execution_limit=3, executed=2)
    posted = page_of(boss, made, no_execution_limit="", execution_limit="3")
    assert len(runs_of(boss.get(f"/sm205020/schedule/{made.pk}/"))) == 1
    assert len(runs_of(boss.post(f"/sm205020/preview/?schedule={made.pk}", posted))) == 1
    assert len(runs_of(boss.post(f"/sm205020/preview/?schedule={'9' * 30}", posted))) == 3
