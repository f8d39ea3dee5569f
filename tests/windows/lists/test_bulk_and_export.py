"""Everything at once: bulk actions as jobs with Cancel and Undo, and export of what the list shows."""

import csv
import io
import re
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from django.test import Client

from mailroom.faces.windows.kit import export as export_view
from mailroom.faces.windows.mail import commands
from mailroom.flows.incoming import bulk
from mailroom.flows.scheduling import jobs
from mailroom.records.emails.models import Email
from mailroom.records.filters import export
from mailroom.records.organisation.models import Job, User
from mailroom.records.organisation.models.jobs import JobState
from tests.factories import emails

pytestmark = pytest.mark.django_db
EVERYTHING = {"everything": "1", "confirmed": "1"}


@pytest.fixture
def seven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven received emails, and lists that call three of them many."""
    for number in range(7):
        emails.make(f"steel {number}" if number else "other", status="processed" if number != 6 else "failed")
    monkeypatch.setattr(commands, "AT_ONCE", 3)
    monkeypatch.setattr(bulk, "BATCH", 2)


def archived() -> int:
    return Email.objects.filter(archived=True).count()


def test_all_that_a_search_found_is_archived_by_a_job_and_comes_back_by_undo(seven: None, signed_in: Client) -> None:
    signed_in.post("/co409000/do/archive/?q=steel", EVERYTHING)
    job = Job.objects.get()
    assert (job.total, job.window_id, archived()) == (6, "CO409000", 0)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.failed, archived()) == (JobState.DONE, 5, 1, 5)
    assert "Undo" in signed_in.get(f"/jobs/{job.pk}/").content.decode()
    assert signed_in.post(f"/jobs/{job.pk}/undo/").status_code == 200
    back = Job.objects.latest("pk")
    jobs.run(back.pk)
    assert archived() == 0
    assert signed_in.post(f"/jobs/{job.pk}/undo/").status_code == 409


def test_a_canceled_job_takes_back_only_what_it_did(
    seven: None, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in.post("/co409000/do/delete/", EVERYTHING)
    job = Job.objects.get()
    asked = iter([False, True, True])
    monkeypatch.setattr(jobs, "canceled", lambda _job: next(asked))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.CANCELED, 2)
    monkeypatch.undo()
    signed_in.post(f"/jobs/{job.pk}/undo/")
    jobs.run(Job.objects.latest("pk").pk)
    assert not Email.objects.filter(status="deleted").exists()


def test_a_worker_that_died_is_taken_over_where_it_stopped(seven: None, agent: User) -> None:
    ids = list(Email.objects.order_by("pk").values_list("pk", flat=True))
    job = bulk.start(bulk.Action.DELETE, "Delete", ids, "CO409000", agent, emails.NOON)
    Job.objects.filter(pk=job.pk).update(done=2)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.done == 7
    assert Email.objects.filter(status="deleted").count() == 5


def test_undo_is_its_owners_alone(seven: None, signed_in: Client, teammate: Client, client: Client) -> None:
    signed_in.post("/co409000/do/archive/", EVERYTHING)
    job = Job.objects.get()
    jobs.run(job.pk)
    assert teammate.post(f"/jobs/{job.pk}/undo/").status_code == 404
    assert client.post(f"/jobs/{job.pk}/undo/").status_code == 302
    assert signed_in.get(f"/jobs/{job.pk}/undo/").status_code == 405
    assert signed_in.post("/jobs/999999/undo/").status_code == 404


def table(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith(export.BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(export.BOM))))


def test_the_filtered_list_is_exported_in_its_order(seven: None, signed_in: Client) -> None:
    answer = signed_in.get("/co409000/export/?format=csv&q=steel&sort=subject")
    rows = table(answer)
    assert rows[0][:2] == ["ID", "Subject"]
    assert [row[1] for row in rows[1:]] == [f"steel {number}" for number in range(1, 7)]
    assert answer["Content-Disposition"].startswith('attachment; filename="co409000-')


def test_chosen_rows_are_exported_and_nobody_elses(seven: None, signed_in: Client) -> None:
    other = User.objects.create_user("other", role="agent")
    secret = emails.make("secret", account=emails.some_account("PERSONAL", personal_owner=other))
    mine = Email.objects.get(subject="other")
    rows = table(signed_in.post("/co409070/export/?format=csv", {"ids": [mine.pk, secret.pk]}))
    assert [row[1] for row in rows[1:]] == ["other"]


def test_a_workbook_has_the_same_rows(seven: None, signed_in: Client) -> None:
    answer = signed_in.get("/co409000/export/?format=xlsx&tab=all")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.active.max_row == 8
    head = [cell.value for cell in book.active[1]]
    assert isinstance(book.active[2][head.index("Date")].value, datetime), "a workbook sorts and counts moments"
    assert book.active.freeze_panes == "A2"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", '=HYPERLINK("http://x")', "\x01=1"])
def test_no_cell_is_a_formula(signed_in: Client, text: str) -> None:
    emails.make(text)
    for row in table(signed_in.get("/co409000/export/?format=csv"))[1:]:
        assert row[1].startswith("'")
    answer = signed_in.get("/co409000/export/?format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.active.cell(2, 2).data_type == "s"


@pytest.mark.parametrize("text", ["a;=1+1", "a; +1", 'a;"=1+1"', "a;\t@SUM(A1)", "a;-1;\uff1d1"])
def test_no_cell_is_a_formula_where_a_spreadsheet_cuts_lines_at_semicolons(signed_in: Client, text: str) -> None:
    emails.make(text)
    written = b"".join(signed_in.get("/co409000/export/?format=csv").streaming_content).decode()
    cells = [cell.lstrip(' \t"') for line in written.splitlines()[1:] for cell in re.split("[;\t]", line)]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\uff1d"))]


def test_export_answers_strangers_bad_asks_and_sizes(
    seven: None, signed_in: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/co409000/export/").status_code == 302
    assert signed_in.get("/co409000/export/?format=pdf").status_code == 404
    assert signed_in.post("/co409000/export/?format=csv", {"ids": "x"}).status_code == 404
    assert signed_in.put("/co409000/export/").status_code == 405
    assert table(signed_in.get("/co409000/export/?format=csv&filter=x"))[1:] == []
    monkeypatch.setattr(export_view, "MOST_IN_A_WORKBOOK", 3)
    assert signed_in.get("/co409000/export/?format=xlsx").status_code == 303
