"""Emails become activities of records; every link can be taken back; the time line leaves nothing out."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from mailroom.base import clock
from mailroom.records.activities import linking, timeline
from mailroom.records.crm import entities
from mailroom.records.crm.models import BusinessDocument, Case, Contact, Event, ExpenseReceipt, Lead, Task
from mailroom.records.emails.models import Email, LinkChange
from mailroom.records.organisation.models import User
from tests.factories import relations


def case(now: datetime, number: str = "C-000001", subject: str = "Lamp flickers") -> Case:
    return Case.objects.create(case_id=number, subject=subject, created_at=now)


def links_of(*emails: Email) -> list[tuple[str, int | None, str]]:
    columns = ("related_entity_type", "related_entity_id", "related_entity_description")
    return list(Email.objects.filter(pk__in=[one.pk for one in emails]).order_by("pk").values_list(*columns))


def test_a_link_replaces_the_present_one_and_can_be_taken_back_step_by_step(now: datetime, agent: User) -> None:
    one, other = relations.mail(now), relations.mail(now)
    first, second = case(now), case(now, "C-000002", "Wrong shade")
    linking.link([one.pk], first, now, agent)
    assert linking.link([one.pk, other.pk], second, now, agent).ids == [one.pk, other.pk]
    wanted = ("case", second.pk, "C-000002 Wrong shade")
    assert links_of(one, other) == [wanted, wanted]
    assert linking.link([one.pk], second, now, agent).ids == []
    assert sorted(linking.links.take_back([one.pk, other.pk], now, agent)) == [one.pk, other.pk]
    assert links_of(one, other) == [("case", first.pk, "C-000001 Lamp flickers"), ("", None, "")]
    assert LinkChange.objects.filter(email=one).count() == 3


def test_undo_leaves_a_link_that_somebody_changed_meanwhile(now: datetime, agent: User) -> None:
    email, first, second = relations.mail(now), case(now), case(now, "C-000002")
    linking.link([email.pk], first, now, agent)
    Email.objects.filter(pk=email.pk).update(related_entity_id=second.pk)
    assert linking.links.take_back([email.pk], now, agent) == []


def test_the_words_on_the_mails_follow_the_record_and_go_with_it(now: datetime, agent: User) -> None:
    email, record = relations.mail(now), case(now)
    task = Task.objects.create(subject="Call", created_at=now, related_entity_type="case", related_entity_id=record.pk)
    linking.link([email.pk], record, now, agent)
    record.subject = "Lamp hums"
    record.save()
    linking.renamed(record)
    assert links_of(email)[0][2] == "C-000001 Lamp hums"
    linking.forget([record], now, agent)
    assert links_of(email) == [("", None, "")]
    task.refresh_from_db()
    assert task.related_entity_id is None


def test_every_type_of_the_dialog_is_found_described_and_opened(now: datetime, administrator: User) -> None:
    names = [
        "Purchase invoice", "Sales invoice/note", "Case", "Customer", "Employee", "Expense", "Receipt",
        "General ledger batch", "Lead/contact", "Opportunity", "Prospect", "Purchase order", "Purchase receipt",
        "Sales order", "Shipment", "Supplier",
    ]  # fmt: skip
    assert [str(option.label) for option in entities.options()] == names
    document = BusinessDocument.objects.create(type="sales_invoice", number="104821", description="Chairs")
    found = linking.find("sales_invoice", "104821", administrator)
    assert (found, str(found)) == (document, "Sales invoice/note 104821 Chairs")
    with pytest.raises(linking.NotThere, match="Purchase order “104821”"):
        linking.find("purchase_order", "104821", administrator)
    with pytest.raises(linking.NotThere, match="no type"):
        linking.find("spaceship", "1", administrator)
    for text in ("0", "-1", "99999999999999999999", "a\x00b", "½", ""):
        with pytest.raises(linking.NotThere):
            linking.find("case", text, administrator)


def test_an_expense_receipt_is_its_employees_own(now: datetime, agent: User, administrator: User) -> None:
    receipt = ExpenseReceipt.objects.create(
        receipt_id="R-000001", date=now.date(), description="Taxi", created_at=now, employee=administrator.employee
    )
    assert linking.find("receipt", receipt.pk, administrator) == receipt
    with pytest.raises(linking.NotThere):
        linking.find("receipt", receipt.pk, agent)


def test_the_time_line_shows_archived_mail_and_that_of_tasks_but_no_mail_of_strangers(
    now: datetime, agent: User, administrator: User
) -> None:
    record = case(now)
    task = Task.objects.create(subject="Call", created_at=now, related_entity_type="case", related_entity_id=record.pk)
    plain, archived, of_task, strange, deleted = (relations.mail(now, minutes) for minutes in range(1, 6))
    Email.objects.filter(pk=archived.pk).update(archived=True, box="archived")
    Email.objects.filter(pk=strange.pk).update(owner=administrator.employee)
    Email.objects.filter(pk=deleted.pk).update(status="deleted", box="deleted")
    linking.link([plain.pk, archived.pk, strange.pk, deleted.pk], record, now, agent)
    linking.link([of_task.pk], task, now, agent)
    page = timeline.of(linking.related(record), agent)
    assert [(entry.kind, entry.row.pk) for entry in page.entries] == [
        ("task", task.pk),
        ("email", plain.pk),
        ("email", archived.pk),
        ("email", of_task.pk),
    ]


def test_the_time_line_takes_the_same_number_of_queries_at_any_length(now: datetime, administrator: User) -> None:
    record = case(now)
    related = linking.related(record)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            for entry in timeline.of(related, administrator).entries:
                str(entry.row.owner), str(entry.row.created_by)
        return len(captured)

    linking.link([relations.mail(now).pk], record, now, administrator)
    few = queries()
    linking.link([relations.mail(now, n, owner=administrator.employee).pk for n in range(30)], record, now, None)
    assert queries() == few


class TheTimeLine(TestCase):
    """Walked page by page it is what it is in one."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(timeline.KINDS), st.integers(0, 3)), max_size=14), st.integers(1, 5))
    def test_pages_join_to_the_whole_line(self, made: list[tuple[str, int]], size: int) -> None:
        now = clock.now()
        user = User(role="administrator")
        user.pk = 0
        record = Contact.objects.create(name="Ingrid")
        related = linking.related(record)
        to_record = {"related_entity_type": "contact", "related_entity_id": record.pk, "subject": "x"}
        for kind, minute in made:
            at = now - timedelta(minutes=minute)
            if kind == "email":
                relations.mail(now, minute, **to_record)
            elif kind == "task":
                Task.objects.create(created_at=at, **to_record)
            else:
                Event.objects.create(created_at=at, starts_at=at, ends_at=at, **to_record)
        whole = [entry.place for entry in timeline.of(related, user, size=100).entries]
        walked, older = [], ""
        while True:
            page = timeline.of(related, user, older, size=size)
            walked += [entry.place for entry in page.entries]
            older = page.older
            if not older:
                break
        assert walked == whole == sorted(whole, reverse=True)
        assert len(whole) == len(made)


@pytest.mark.parametrize("text", ["", "x", "W10", "WyIyMDI2LTAxLTAxIiwwLDFd", "bnVsbA"])
def test_a_place_in_the_time_line_that_is_none_of_ours_is_the_newest_page(text: str) -> None:
    assert timeline.read_place(text) is None


def test_a_lead_and_a_contact_are_two_types_under_one_entry(db: None, now: datetime) -> None:
    lead = Lead.objects.create(name="Eirik", created_at=now)
    contact = Contact.objects.create(name="Ingrid")
    kinds = {kind.key for option in entities.options() if option.key == "lead_contact" for kind in option.types}
    assert kinds == {entities.of_record(lead).key, entities.of_record(contact).key} == {"lead", "contact"}
