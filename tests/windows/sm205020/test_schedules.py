"""Automation schedules: saved by the rules, prefilled from other windows, run now, with a history to look into."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.flows.scheduling import jobs
from mailroom.flows.scheduling.models import Schedule, ScheduleRun
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import Job, User
from tests.factories.schedules import schedule, values

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = "/sm205020/schedule/new/"


@pytest.fixture
def boss(client: Client, administrator: User) -> Client:
    client.force_login(administrator, BACKEND)
    return client


def test_the_schedule_of_the_help_text_is_saved(boss: Client) -> None:
    assert boss.post(NEW, values()).status_code == 303
    made = Schedule.objects.get()
    assert (made.interval_minutes, made.expires_on, made.execution_limit, made.time_zone) == (
        5,
        None,
        None,
        "Europe/Oslo",
    )
    line = {
        "active": True,
        "field_name": "Action",
        "relative": False,
        "value": "Send/receive all",
        "ignore_error": False,
    }
    assert made.filter_values == [line]
    assert made.next_execution_at is not None
    assert timedelta(0) < made.next_execution_at - clock.now() <= timedelta(minutes=5)


def test_the_next_execution_may_be_entered_and_is_local_to_the_schedule(boss: Client) -> None:
    boss.post(NEW, values(next_execution="2030-07-01T08:00"))
    assert Schedule.objects.get().next_execution_at == datetime(2030, 7, 1, 6, tzinfo=UTC)


def test_a_change_that_leaves_the_rhythm_leaves_the_next_execution(boss: Client) -> None:
    boss.post(NEW, values(next_execution="2030-07-01T08:00"))
    made = Schedule.objects.get()
    boss.post(f"/sm205020/schedule/{made.pk}/", values(description="Other", next_execution="2030-07-01T08:00"))
    made.refresh_from_db()
    assert (made.description, made.next_execution_at) == ("Other", datetime(2030, 7, 1, 6, tzinfo=UTC))
    boss.post(f"/sm205020/schedule/{made.pk}/", values(interval="00:10", next_execution="2030-07-01T08:00"))
    made.refresh_from_db()
    assert made.next_execution_at is not None
    assert made.next_execution_at < clock.now() + timedelta(minutes=11)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"every": "0"}, "A number from 1 to 999"),
        ({"interval": "five"}, "Enter a valid time"),
        ({"schedule_type": "weekly"}, "Choose at least one day"),
        ({"schedule_type": "monthly", "monthly_on": "day", "month_day": "32"}, "A day from 1 to 31"),
        ({"start_time": "10:00", "stop_time": "09:00"}, "It stops before it starts"),
        ({"no_expiration_date": "", "expires_on": "2026-10-01"}, "It expires before it starts"),
        ({"no_expiration_date": "", "expires_on": "2026-11-02"}, "it never runs again"),
        ({"starts_on": "1900-01-01"}, "between 2000 and 2200"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"filter-0-value": "Sing"}, "is no value of Action"),
        ({"filter-0-field_name": "Mood"}, "is no field of this window"),
        ({"filter-0-relative": "on", "filter-0-value": "@Tomorrow"}, "is no date"),
        ({"condition-0-field_name": "Mood", "condition-0-condition": "equals"}, "is no field of this window"),
        ({"next_execution": "tomorrow"}, "Enter a date and time"),
        ({"no_expiration_date": "", "expires_on": ""}, "Enter a date, or tick"),
        ({"no_execution_limit": "", "execution_limit": ""}, "Enter a number, or tick"),
        ({"description": ""}, "required"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(boss: Client, changes: dict[str, str], words: str) -> None:
    answer = boss.post(NEW, values(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Schedule.objects.exists()


def test_ignore_error_lets_a_wrong_value_stand(boss: Client) -> None:
    line = {"filter-0-relative": "on", "filter-0-value": "@Tomorrow", "filter-0-ignore_error": "on"}
    assert boss.post(NEW, values(**line)).status_code == 303


def test_a_monthly_schedule_keeps_its_day(boss: Client) -> None:
    month = {"schedule_type": "monthly", "monthly_on": "ordinal", "ordinal": "5", "ordinal_day": "weekday"}
    assert boss.post(NEW, values(**month, interval="")).status_code == 303
    made = Schedule.objects.get()
    assert (made.ordinal, made.ordinal_days, made.interval_minutes) == (5, [0, 1, 2, 3, 4], 0)
    page = boss.get(f"/sm205020/schedule/{made.pk}/").content.decode()
    assert '<option value="weekday" selected>' in page


@pytest.mark.parametrize(
    ("window_id", "address", "expected"),
    [
        ("SM507010", "/sm507010/?action=Send/receive+all", [("Action", "Send/receive all")]),
        ("SM507010", "/", [("Action", "Receive all")]),
        ("SM507000", "/sm507000/?account=ACCOUNT&type=outgoing", [("Account", "SALES"), ("Type", "Outgoing")]),
        ("SM507000", "/sm507000/?account=x&type=y", [("Type", "All")]),
    ],
)
def test_a_new_schedule_knows_the_window_it_was_opened_from(
    boss: Client, window_id: str, address: str, expected: list[tuple[str, str]]
) -> None:
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    headers = {
        "HX-Request": "true",
        "HX-Target": "dialog",
        "HX-Current-URL": f"http://testserver{address.replace('ACCOUNT', str(account.pk))}",
    }
    answer = boss.get(f"{NEW}?window_id={window_id}", headers=headers)
    lines = [(one.values["field_name"], one.values["value"]) for one in answer.context["filter_lines"][:-1]]
    assert lines == expected
    assert f'<option value="{window_id}" selected>' in answer.content.decode()


def test_the_schedules_menu_lists_add_and_what_runs_the_window(boss: Client) -> None:
    mine, other = schedule(), schedule(window_id="SM507000", description="Elsewhere")
    page = boss.get("/sm507010/").content.decode()
    assert f"/sm205020/schedule/{mine.pk}/" in page
    assert f"/sm205020/schedule/{other.pk}/" not in page
    assert f"/sm205020/schedule/{other.pk}/" in boss.get("/sm507000/").content.decode()


def test_the_next_runs_follow_what_is_typed(boss: Client) -> None:
    answer = boss.post("/sm205020/preview/", values(interval="06:00", start_time="06:00", starts_on="2030-01-01"))
    page = answer.content.decode()
    assert "Tue 1 Jan 2030 06:00" in page
    assert "3 times a day" in page
    assert "Fill in: Starts on" in boss.post("/sm205020/preview/", values(starts_on="soon")).content.decode()
    assert boss.post("/sm205020/preview/", {}).status_code == 200
    assert boss.get("/sm205020/preview/").status_code == 405


def test_a_line_gets_the_controls_of_its_field(boss: Client) -> None:
    query = {"kind": "filter", "number": "3", "window_id": "SM507010", "action": "Process all"}
    assert "Action" in boss.get("/sm205020/line/", query).content.decode()
    chosen = boss.get("/sm205020/line/", query | {"filter-3-field_name": "Action"}).content.decode()
    assert "<select" in chosen.partition("filter-3-value")[0][-80:]
    assert boss.get("/sm205020/line/", query | {"kind": "odd"}).status_code == 404
    assert boss.get("/sm205020/line/", query | {"number": "x"}).status_code == 404


def test_without_a_window_the_lines_offer_what_the_browser_shows_and_follow_another(boss: Client) -> None:
    page = boss.get(NEW)
    assert [list(line.fields) for line in page.context["filter_lines"]] == [["Account", "Type"]]
    assert page.context["form"].fields["window_id"].choices[0][0] == "SM507000"
    posted = values(window_id="SM507010", action="Process all")
    changed = boss.post("/sm205020/lines/filter/", posted)
    assert [(list(one.fields), one.values.get("value")) for one in changed.context["lines"]] == [
        (["Action"], "Send/receive all"),
        (["Action"], None),
    ]
    assert "Last send date" in boss.post("/sm205020/lines/condition/", posted).content.decode()
    assert boss.post("/sm205020/lines/odd/", posted).status_code == 404
    assert boss.get("/sm205020/lines/filter/").status_code == 405


def test_run_now_is_a_job_whose_result_stands_in_the_history(boss: Client, administrator: User) -> None:
    made = schedule(filter_values=[{"active": True, "field_name": "Action", "value": "Send all"}])
    assert boss.post("/sm205020/do/run/", {"ids": made.pk}).status_code == 303
    jobs.run(Job.objects.get().pk)
    run = ScheduleRun.objects.get()
    assert (run.state, run.by) == (ScheduleRun.State.SUCCEEDED, administrator)
    page = boss.get(f"/sm205020/schedule/{made.pk}/").content.decode()
    assert f"/sm205020/run/{run.pk}/" in page


def test_a_run_opens_to_its_lines(boss: Client) -> None:
    lines = [{"kind": "error", "subject": "SALES", "text": "The server <refused>."}]
    run = ScheduleRun.objects.create(schedule=schedule(), started_at=clock.now(), errors=1, lines=lines)
    page = boss.get(f"/sm205020/run/{run.pk}/").content.decode()
    assert "SALES" in page
    assert "The server &lt;refused&gt;." in page
    assert boss.get("/sm205020/run/999999/").status_code == 404


def test_an_aborted_schedule_that_is_activated_begins_anew(boss: Client) -> None:
    made = schedule(active=False, aborted_in_a_row=10, next_execution_at=None)
    assert boss.post("/sm205020/do/activate/", {"ids": made.pk}).status_code == 303
    made.refresh_from_db()
    assert (made.active, made.aborted_in_a_row) == (True, 0)
    assert made.next_execution_at is not None
    boss.post("/sm205020/do/deactivate/", {"ids": made.pk})
    made.refresh_from_db()
    assert not made.active


def test_a_person_who_edits_does_not_write_over_what_a_run_counted(boss: Client) -> None:
    made = schedule(start_time=time(0), next_execution_at=datetime(2030, 1, 1, tzinfo=UTC))
    page = boss.get(f"/sm205020/schedule/{made.pk}/")
    Schedule.objects.filter(pk=made.pk).update(executed=7, lease_holder="worker")
    assert page.status_code == 200
    boss.post(f"/sm205020/schedule/{made.pk}/", values())
    made.refresh_from_db()
    assert (made.executed, made.lease_holder, made.interval_minutes) == (7, "worker", 5)


@pytest.mark.parametrize("action", ["run", "activate", "deactivate", "delete"])
def test_each_action_answers_strangers_bad_ids_and_wrong_methods(
    client: Client, administrator: User, agent: User, action: str
) -> None:
    made, address = schedule(), f"/sm205020/do/{action}/"
    assert client.post(address, {"ids": made.pk}).status_code == 302
    client.force_login(agent, BACKEND)
    assert client.post(address, {"ids": made.pk}).status_code == 403
    client.force_login(administrator, BACKEND)
    assert client.post(address, {"ids": 999_999}).status_code == 404
    assert client.post(address, {"ids": "x"}).status_code == 404
    assert client.get(address).status_code == 405
    assert Schedule.objects.count() == 1


def test_a_supervisor_may_schedule_and_an_agent_does_not_see_the_menu(client: Client, agent: User) -> None:
    client.force_login(agent, BACKEND)
    assert client.get("/sm205020/").status_code == 403
    assert (
        "Schedules"
        not in client.get("/sm507010/").content.decode().partition('role="toolbar"')[2].partition("</div></details>")[0]
    )
    User.objects.filter(pk=agent.pk).update(role="supervisor")
    assert client.post(NEW, values()).status_code == 303
