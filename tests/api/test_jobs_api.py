"""Jobs over the API: progress and Cancel, for the owner and for administrators."""

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.jobs import Job

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def job(agent: User) -> Job:
    return Job.objects.create(kind="x", title="Process", owner=agent, total=9, done=4, created_at=clock.now())


def test_the_owner_sees_how_far_it_is_and_asks_it_to_stop(client: Client, agent: User, job: Job) -> None:
    client.force_login(agent, BACKEND)
    shown = client.get(f"/api/v1/jobs/{job.pk}").json()
    assert (shown["state"], shown["done"], shown["total"], shown["cancel_requested"]) == ("waiting", 4, 9, False)
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").json()["cancel_requested"] is True
    job.refresh_from_db()
    assert job.cancel_requested


def test_what_is_over_cannot_be_stopped(client: Client, agent: User, job: Job) -> None:
    Job.objects.update(state="done")
    client.force_login(agent, BACKEND)
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").json()["cancel_requested"] is False


def test_strangers_bad_numbers_and_wrong_methods_get_nothing(
    client: Client, administrator: User, agent: User, job: Job
) -> None:
    assert client.get(f"/api/v1/jobs/{job.pk}").status_code == 401
    Job.objects.update(owner=administrator)
    client.force_login(agent, BACKEND)
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 404
    for number in (0, job.pk + 1, 2**70):
        assert client.get(f"/api/v1/jobs/{number}").status_code == 404
    assert client.get(f"/api/v1/jobs/{job.pk}/cancel").status_code == 405
    Job.objects.update(owner=agent)
    client.force_login(administrator, BACKEND)
    assert client.get(f"/api/v1/jobs/{job.pk}").status_code == 200
