"""Two people save one record: who comes second is told what he would write over, keeps his own words, and decides."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mailroom.faces.windows.kit import seen
from mailroom.flows.mailings import prepare, preparing
from mailroom.records.assignment.models import AssignmentMap, AssignmentRule
from mailroom.records.crm.models import BusinessAccount, Case, CaseClass, Contact, Lead, MarketingList
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import Employee, User
from tests.factories import incoming, mass_mail, pages, schedules

pytestmark = pytest.mark.django_db
LINE = {"property": "position", "condition": "equals", "value": "Chef"}


def an_account() -> EmailAccount:
    made = incoming.system_account()
    servers = {"incoming_mail_server": "imap.mailroom.test", "outgoing_mail_server": "smtp.mailroom.test"}
    EmailAccount.objects.filter(pk=made.pk).update(**servers)
    return made


def a_rule() -> AssignmentRule:
    of = AssignmentMap.objects.create(map_id="MAP", subject="email")
    return AssignmentRule.objects.create(assignment_map=of, name="Rule", position=1, owner_path="Contact.Owner")


RECORDS: dict[str, Callable[[datetime], Any]] = {
    "/cr302000/%(pk)s/": lambda now: mass_mail.contact(),
    "/cr301000/%(pk)s/": lambda now: Lead.objects.create(name="Lea", email="lea@example.net", created_at=now),
    "/cr303000/%(account_id)s/": lambda now: BusinessAccount.objects.create(account_id="A1", name="Fjellbekk"),
    "/cr306000/%(case_id)s/": lambda now: Case.objects.create(
        case_id="C-1", subject="Crates", reason="unassigned", created_at=now
    ),
    "/cr206000/class/%(pk)s/": lambda now: CaseClass.objects.create(class_id="BILLING", description="Billing"),
    "/cr202000/%(campaign_id)s/": lambda now: mass_mail.campaign(now, mass_mail.contact()),
    "/cr204000/%(list_id)s/": lambda now: MarketingList.objects.create(
        list_id="CHEFS", name="Chefs", kind="dynamic", conditions=[LINE]
    ),
    "/cr308000/%(mass_email_id)s/": lambda now: mass_mail.mass_email(now, mass_mail.marketing_list(now)),
    "/sm205020/schedule/%(pk)s/": lambda now: schedules.schedule(),
    "/sm204002/%(email_account_id)s/": lambda now: an_account(),
    "/sm204003/%(pk)s/": lambda now: NotificationTemplate.objects.create(
        notification_id="T1", description="Thanks", window_id="CR302000", subject="Thank you", body="<p>Thanks.</p>"
    ),
    "/ep203000/%(employee_id)s/": lambda now: Employee.objects.create(employee_id="E9", name="Eva"),
    "/ep205000/rule/%(pk)s/": lambda now: a_rule(),
    "/sm201010/%(login)s/": lambda now: User.objects.first(),
    "/sm204001/": lambda now: None,
    "/sm204010/": lambda now: None,
    "/cs100000/": lambda now: None,
}


@pytest.fixture
def boss(administrator: User) -> Client:
    return pages.signed_in(administrator)


@pytest.mark.parametrize("path", RECORDS)
def test_a_page_that_nobody_else_saved_is_saved_however_often_it_is_sent(
    boss: Client, now: datetime, path: str
) -> None:
    made = RECORDS[path](now)
    where = path % (vars(made) | {"pk": made.pk}) if made is not None else path
    posted = pages.form_of(pages.read(boss, where))
    assert posted[seen.NAME][0], "it says what it showed"
    for _time in range(2):
        answer = boss.post(where, posted)
        assert answer.status_code == 303, answer.context["form"].errors


@pytest.fixture
def mass(boss: Client, now: datetime) -> tuple[Any, str, dict[str, list[str]]]:
    """A mass email, its address, and what a page of it would post."""
    made = mass_mail.mass_email(now, mass_mail.marketing_list(now, mass_mail.contact()))
    where = f"/cr308000/{made.mass_email_id}/"
    return made, where, pages.form_of(pages.read(boss, where))


def test_who_comes_second_is_told_and_may_save_over_it(boss: Client, mass: tuple[Any, str, dict[str, Any]]) -> None:
    made, where, posted = mass
    other = pages.form_of(pages.read(boss, where)) | {"body": "<p>Ten crowns, not one.</p>", "subject": "New crates"}
    assert boss.post(where, other).status_code == 303
    mine = posted | {"reply_to": "me@mailroom.test"}
    told = boss.post(where, mine)
    page = told.content.decode()
    assert told.status_code == 409
    assert "Somebody saved this meanwhile: Message text area." in page
    assert "Show theirs" in page
    made.refresh_from_db()
    assert (made.body, made.reply_to) == ("<p>Ten crowns, not one.</p>", "")
    again = pages.form_of(page)
    assert (again["reply_to"], again["body"]) == (["me@mailroom.test"], posted["body"])
    type(made).objects.update(subject="Third")
    assert "meanwhile: Subject." in boss.post(where, again).content.decode(), "another one is not written over either"
    assert boss.post(where, pages.form_of(boss.post(where, again).content.decode())).status_code == 303
    made.refresh_from_db()
    assert (made.reply_to, made.subject) == ("me@mailroom.test", "New crates")


def test_a_refused_form_does_not_forget_what_its_page_showed(boss: Client, mass: tuple[Any, str, Any]) -> None:
    made, where, posted = mass
    type(made).objects.update(subject="Other")
    wrong = boss.post(where, posted | {"reply_to": "nobody"})
    assert wrong.status_code == 422
    mended = pages.form_of(wrong.content.decode()) | {"reply_to": ""}
    assert boss.post(where, mended).status_code == 409


def test_what_both_saved_alike_is_no_matter(boss: Client, mass: tuple[Any, str, Any]) -> None:
    made, where, posted = mass
    type(made).objects.update(subject="Other")
    assert boss.post(where, posted | {"subject": "Other"}).status_code == 303


@pytest.mark.skipif(not connection.features.has_select_for_update, reason="SQLite has one writer at a time")
def test_it_is_looked_at_while_the_row_is_locked(boss: Client, mass: tuple[Any, str, Any]) -> None:
    _made, where, posted = mass
    with CaptureQueriesContext(connection) as caught:
        boss.post(where, posted)
    locks = [n for n, one in enumerate(caught) if "FOR UPDATE" in one["sql"]]
    reads = [n for n, one in enumerate(caught) if '"mailings_massemail"."body"' in one["sql"]]
    assert locks[0] < max(reads)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "dialog"}])
def test_pop_ups_and_lines_are_told_too(boss: Client, headers: dict[str, str]) -> None:
    made = schedules.schedule(filter_values=[{"active": True, "field_name": "Action", "value": "Send all"}])
    where = f"/sm205020/schedule/{made.pk}/"
    posted = pages.form_of(pages.read(boss, where))
    type(made).objects.update(filter_values=[], active=False)
    page = boss.post(where, posted, headers=headers)
    assert page.status_code == 409
    assert "meanwhile: Active, Filter values." in page.content.decode()


def test_conditions_of_a_list_are_told_too(boss: Client) -> None:
    made = MarketingList.objects.create(list_id="CHEFS", name="Chefs", kind="dynamic", conditions=[LINE])
    posted = pages.form_of(pages.read(boss, "/cr204000/CHEFS/"))
    MarketingList.objects.filter(pk=made.pk).update(conditions=[LINE | {"value": "Cook"}, LINE])
    page = boss.post("/cr204000/CHEFS/", posted).content.decode()
    assert "Somebody saved this meanwhile:" in page
    assert MarketingList.objects.get().conditions[0]["value"] == "Cook"


def test_a_record_that_is_gone_is_not_made_again(boss: Client) -> None:
    made = mass_mail.contact()
    where = f"/cr302000/{made.pk}/"
    posted = pages.form_of(pages.read(boss, where))
    made.delete()
    assert boss.post(where, posted).status_code == 404
    assert not Contact.objects.exists()


@pytest.mark.parametrize("posted", ["", "x", "subject:", "subject:1 subject:2 :::", "name:" + "f" * 5000])
def test_what_no_page_says_harms_nothing(boss: Client, posted: str) -> None:
    made = mass_mail.contact()
    values = {"name": made.name, "email": made.email, "active": "on", "seen": posted}
    assert boss.post(f"/cr302000/{made.pk}/", values).status_code in {303, 409}


def test_nobody_reads_a_value_in_what_the_page_says(boss: Client) -> None:
    first, second = mass_mail.contact("Ola", "a@example.net"), mass_mail.contact("Ola", "b@example.net")
    said = [pages.form_of(pages.read(boss, f"/cr302000/{one.pk}/"))["seen"][0] for one in (first, second)]
    assert "example.net" not in said[0]
    assert said[0] != said[1]


def test_the_queries_of_a_save_are_as_many_for_a_long_form_as_for_a_short_one(boss: Client, now: datetime) -> None:
    def queries(count: int) -> int:
        made = MarketingList.objects.create(
            list_id=f"L{count}", name=f"List {count}", kind="dynamic", conditions=[LINE | {"then": "or"}] * count
        )
        where = f"/cr204000/{made.list_id}/"
        posted = pages.form_of(pages.read(boss, where))
        with CaptureQueriesContext(connection) as caught:
            assert boss.post(where, posted).status_code == 303
        return len(caught)

    queries(1)
    assert queries(12) == queries(2)


def test_send_is_not_carried_out_for_another_text_than_was_asked_about(
    boss: Client, mass: tuple[Any, str, Any], now: datetime
) -> None:
    made, _where, _posted = mass
    preparing.at_once(made.pk, now)
    asked = boss.post("/cr308000/record/do/send/", {"ids": made.pk}).content.decode()
    said = asked.partition('name="prepared" value="')[2].partition('"')[0]
    prepare.hold(made.pk)
    preparing.at_once(made.pk, now.replace(minute=1))
    answer = {"ids": made.pk, "confirmed": "1", "prepared": said}
    page = boss.post("/cr308000/record/do/send/", answer, follow=True).content.decode()
    assert "It was prepared anew since you were asked" in page
    made.refresh_from_db()
    assert made.status == "prepared"
    fresh = boss.post("/cr308000/record/do/send/", {"ids": made.pk}).content.decode()
    said = fresh.partition('name="prepared" value="')[2].partition('"')[0]
    boss.post("/cr308000/record/do/send/", answer | {"prepared": said})
    made.refresh_from_db()
    assert made.status == "sending"
