"""Create: a pop-up filled from the emails; after Save they are activities of the new record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from mailroom.records.crm.models import BusinessAccount, Case, Contact, EntityFile, Event, ExpenseReceipt, Lead, Task
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.files import store
from mailroom.records.organisation import features
from tests.factories import relations

DIALOG = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog"}
Make = Callable[..., Client]
WINDOWS = {
    "cr306000": (Case, "case", {"subject": "Price", "status": "new", "severity": "low", "priority": "low"}),
    "cr306020": (Task, "task", {"subject": "Price", "status": "open", "priority": "low"}),
    "cr306030": (
        Event,
        "event",
        {"subject": "Price", "starts_at": "2026-11-25T10:00", "ends_at": "2026-11-25T11:00"},
    ),
    "cr302000": (Contact, "contact", {"name": "Ingrid", "active": "on"}),
    "cr301000": (Lead, "lead", {"name": "Ingrid", "status": "new"}),
    "ep301020": (
        ExpenseReceipt,
        "receipt",
        {"date": "2026-11-24", "description": "Taxi", "amount": "120.50", "currency": "NOK", "status": "open"},
    ),
}
each_window = pytest.mark.parametrize("slug", WINDOWS)


@each_window
def test_the_pop_up_is_filled_from_the_email(as_role: Make, email: Email, slug: str) -> None:
    page = as_role().get(f"/{slug}/new/", {"ids": email.pk}, **DIALOG).content.decode()  # type: ignore[arg-type]
    assert f'name="from_emails" value="{email.pk}"' in page
    assert "Ingrid Solheim" in page if slug in {"cr302000", "cr301000"} else "Price for 40 crates" in page
    if slug != "cr302000":
        assert "What is the price of 40 crates?" in page


@each_window
def test_after_save_the_emails_are_its_activities(as_role: Make, email: Email, moment: datetime, slug: str) -> None:
    model, kind, values = WINDOWS[slug]
    other = relations.mail(moment)
    client = as_role()
    answer = client.post(f"/{slug}/new/", values | {"from_emails": f"{email.pk},{other.pk}"}, **DIALOG)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.content.decode()
    assert "mailroom:saved" in answer.headers["HX-Trigger"]
    record = model.objects.get()
    for one in (email, other):
        one.refresh_from_db()
        assert (one.related_entity_type, one.related_entity_id) == (kind, record.pk)
    page = client.get(f"/entity/{kind}/{record.pk}/", follow=True)
    assert page.status_code == 200
    assert "Price for 40 crates" in page.content.decode()


@each_window
def test_a_pop_up_that_is_not_right_says_so_and_keeps_the_emails(as_role: Make, email: Email, slug: str) -> None:
    answer = as_role().post(f"/{slug}/new/", {"from_emails": email.pk}, **DIALOG)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert f'name="from_emails" value="{email.pk}"' in answer.content.decode()
    email.refresh_from_db()
    assert email.related_entity_type == ""


@each_window
def test_emails_of_others_cannot_be_taken(as_role: Make, email: Email, slug: str) -> None:
    model, _kind, values = WINDOWS[slug]
    owner, stranger = as_role(), as_role()
    Email.objects.filter(pk=email.pk).update(owner=owner.user.employee)  # type: ignore[attr-defined]
    assert stranger.get(f"/{slug}/new/", {"ids": email.pk}).status_code == 404
    assert stranger.post(f"/{slug}/new/", values | {"from_emails": email.pk}).status_code == 404
    assert stranger.get(f"/{slug}/new/", {"ids": "x"}).status_code == 404
    assert not model.objects.exists()
    assert owner.post(f"/{slug}/new/", values | {"from_emails": email.pk}).status_code == 303


@each_window
def test_a_reader_sees_the_list_and_creates_nothing(as_role: Make, email: Email, slug: str) -> None:
    reader = as_role("reader")
    assert reader.get(f"/{slug}/").status_code == 200
    assert reader.post(f"/{slug}/new/", WINDOWS[slug][2]).status_code == 403
    assert reader.put(f"/{slug}/new/").status_code == 405
    assert not WINDOWS[slug][0].objects.exists()


@each_window
def test_a_record_is_shown_changed_and_deleted_and_its_emails_stay(as_role: Make, email: Email, slug: str) -> None:
    model, _kind, values = WINDOWS[slug]
    client, reader = as_role("administrator"), as_role("reader")
    address = client.post(f"/{slug}/new/", values | {"from_emails": email.pk}).url  # type: ignore[attr-defined]
    assert client.get(address).status_code == 200
    assert reader.post(address, values).status_code == 403
    assert client.post(address, values | {next(iter(values)): next(iter(values.values()))}).status_code == 303
    assert client.get(f"{address}delete/").status_code == 405
    assert reader.post(f"{address}delete/", {"confirmed": "1"}).status_code == 403
    assert client.get(f"/{slug}/999999/").status_code == 404
    assert client.post(f"{address}delete/", {"confirmed": "1"}).status_code == 303
    assert not model.objects.exists()
    email.refresh_from_db()
    assert (email.related_entity_type, email.related_entity_description) == ("", "")


def test_the_menu_has_the_commands_of_the_seed_and_case_only_while_its_functionality_is_on(
    as_role: Make, email: Email
) -> None:
    client = as_role()
    page = client.get("/co409000/").content.decode()
    commands = ["cr306030", "cr306020", "cr302000", "cr306000", "ep301020", "cr301000"]
    places = [page.index(f'data-command="create-{slug}"') for slug in commands]
    assert places == sorted(places)
    row = features.read()
    row.case_management = False
    row.save()
    page = client.get("/co409000/").content.decode()
    assert 'data-command="create-cr306000"' not in page
    assert 'data-command="create-cr306020"' in page
    assert client.get("/cr306000/").status_code == 403
    assert client.get("/cr306000/new/", {"ids": email.pk}).status_code == 403


def test_a_case_knows_who_the_sender_is(as_role: Make, email: Email) -> None:
    account = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk")
    contact = Contact.objects.create(name="Ingrid", email=email.from_address, business_account=account)
    page = as_role().get("/cr306000/new/", {"ids": email.pk}, **DIALOG)  # type: ignore[arg-type]
    initial = page.context["form"].initial
    assert (initial["contact"], initial["business_account"]) == (contact, account)


def test_files_of_the_email_become_files_of_the_record_without_a_copy(as_role: Make, email: Email) -> None:
    stored = store.put(b"%PDF-1.7 a receipt")
    attachment = Attachment.objects.create(email=email, file=stored, name="taxi.pdf", size=18)
    client = as_role()
    page = client.get("/ep301020/new/", {"ids": email.pk}, **DIALOG).content.decode()  # type: ignore[arg-type]
    assert "taxi.pdf" in page
    values = WINDOWS["ep301020"][2] | {"from_emails": email.pk, "take_file": attachment.pk}
    address = client.post("/ep301020/new/", values).url  # type: ignore[attr-defined]
    file = EntityFile.objects.get()
    assert file.file == stored
    got = client.get(f"{address}files/{file.pk}/")
    assert b"".join(got.streaming_content) == b"%PDF-1.7 a receipt"  # type: ignore[attr-defined]
    assert got["Content-Disposition"].startswith("attachment")
    assert client.get(f"{address}files/999/").status_code == 404
    client.post(address, values | {"remove_file": file.pk, "take_file": []})
    assert not EntityFile.objects.exists()


def test_files_of_somebody_elses_email_are_not_taken(as_role: Make, email: Email) -> None:
    owner = as_role()
    Email.objects.filter(pk=email.pk).update(owner=owner.user.employee)  # type: ignore[attr-defined]
    attachment = Attachment.objects.create(email=email, file=store.put(b"x"), name="taxi.pdf", size=1)
    as_role().post("/ep301020/new/", WINDOWS["ep301020"][2] | {"take_file": attachment.pk})
    assert ExpenseReceipt.objects.count() == 1
    assert not EntityFile.objects.exists()


def test_an_expense_receipt_is_seen_by_its_employee_and_those_who_check(as_role: Make) -> None:
    owner = as_role()
    address = owner.post("/ep301020/new/", WINDOWS["ep301020"][2]).url  # type: ignore[attr-defined]
    assert owner.get(address).status_code == 200
    assert as_role().get(address).status_code == 404
    assert as_role("supervisor").get(address).status_code == 200


def test_a_task_made_for_a_case_shows_among_its_activities(as_role: Make, moment: datetime) -> None:
    case = Case.objects.create(case_id="C-000001", subject="Lamp", created_at=moment)
    client = as_role()
    page = client.get("/cr306020/new/", {"for": "case", "ids": case.pk}, **DIALOG)  # type: ignore[arg-type]
    assert "C-000001 Lamp" in page.content.decode()
    values: dict[str, Any] = WINDOWS["cr306020"][2] | {"entity": f"case:{case.pk}"}
    client.post("/cr306020/new/", values, **DIALOG)  # type: ignore[arg-type]
    assert Task.objects.get().related_entity_description == "C-000001 Lamp"
    assert "created the task" in client.get("/cr306000/C-000001/activities/").content.decode()


def test_a_new_email_from_a_record_is_addressed_and_linked(as_role: Make, moment: datetime) -> None:
    relations.account()
    contact = Contact.objects.create(name="Ingrid", email="ingrid@fjellbekk.example.net")
    client = as_role()
    answer = client.post("/cr302000/record/do/new-email/", {"ids": contact.pk})
    draft = Email.objects.get()
    assert answer.url == f"/cr306015/{draft.pk}/"  # type: ignore[attr-defined]
    assert (draft.status, draft.related_entity_type, draft.related_entity_id) == ("draft", "contact", contact.pk)
    assert "ingrid@fjellbekk.example.net" in draft.to_line
    assert client.get("/cr302000/record/do/new-email/").status_code == 405
    assert client.post("/cr302000/record/do/new-email/", {"ids": 999}).status_code == 404
    assert as_role("reader").post("/cr302000/record/do/new-email/", {"ids": contact.pk}).status_code == 403
