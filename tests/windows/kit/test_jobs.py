"""Long work on screen: its progress, its end, Cancel; for its owner and administrators alone."""

from collections.abc import Callable

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.faces.windows.kit import jobs
from mailroom.records.organisation.models import Job, User

HTMX = {"HX-Request": "true", "HX-Target": "job"}
Maker = Callable[..., Job]


@pytest.fixture
def make_job(agent: User) -> Maker:
    def make(**values: object) -> Job:
        now = clock.now()
        given = {"kind": "send", "title": "Send all", "owner": agent, "created_at": now, "started_at": now}
        return Job.objects.create(**(given | {"state": "running", "total": 212, "done": 140, "failed": 8} | values))

    return make


@pytest.fixture
def browser(client: Client, agent: User) -> Client:
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    return client


def test_a_running_job_says_how_far_it_is_and_asks_again(browser: Client, make_job: Maker) -> None:
    job = make_job()
    text = browser.get(f"/jobs/{job.pk}/", headers=HTMX).content.decode()
    assert "148 of 212 emails" in text
    assert 'hx-trigger="every 1s"' in text
    assert "<html" not in text


def test_it_shows_at_the_foot_of_the_navigation_pane_in_every_window(browser: Client, make_job: Maker) -> None:
    make_job()
    assert 'value="148" max="212"' in browser.get("/").content.decode()


def test_an_ended_job_stops_asking_and_says_what_failed(browser: Client, make_job: Maker) -> None:
    job = make_job(state="done", done=204, finished_at=clock.now())
    text = browser.get(f"/jobs/{job.pk}/", headers=HTMX).content.decode()
    assert "204 done, 8 failed" in text
    assert "hx-trigger" not in text
    assert 'id="nav-job" hidden' in browser.get("/jobs/running/", headers=HTMX).content.decode()


def test_cancel_asks_the_worker_to_stop(browser: Client, make_job: Maker) -> None:
    job = make_job()
    assert "Canceling" in browser.post(f"/jobs/{job.pk}/cancel/", headers=HTMX).content.decode()
    job.refresh_from_db()
    assert job.cancel_requested


def test_cancel_of_an_ended_job_changes_nothing(browser: Client, make_job: Maker) -> None:
    job = make_job(state="done")
    browser.post(f"/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert not job.cancel_requested


def test_without_script_a_job_has_a_page(browser: Client, make_job: Maker) -> None:
    assert "<html" in browser.get(f"/jobs/{make_job().pk}/").content.decode()


def test_others_do_not_see_it_but_administrators_do(
    client: Client, make_job: Maker, administrator: User, db: None
) -> None:
    job = make_job()
    other = User.objects.create_user("ola", role="agent")
    client.force_login(other, "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/jobs/{job.pk}/").status_code == 404
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 404
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/jobs/{job.pk}/").status_code == 200


def test_bad_id_and_wrong_method(browser: Client, make_job: Maker) -> None:
    job = make_job()
    assert browser.get("/jobs/999999/").status_code == 404
    assert browser.get(f"/jobs/{job.pk}/cancel/").status_code == 405
    assert browser.post(f"/jobs/{job.pk}/").status_code == 405


@pytest.mark.parametrize(("state", "tone"), [("done", "ok"), ("canceled", "warn"), ("failed", "bad")])
def test_the_end_of_a_job_has_the_colour_of_how_it_ended(state: str, tone: str) -> None:
    assert jobs.Progress(Job(state=state, done=3), clock.now()).tone == tone
