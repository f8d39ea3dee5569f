"""Processing of incoming email: activated option by option, cases from emails, and assignment by a map."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.flows.incoming import pipeline
from mailroom.flows.incoming.models import ProcessingOptions
from mailroom.flows.receiving import receive
from mailroom.records.assignment.models import AssignmentMap, Subject
from mailroom.records.crm.models import BusinessAccount, Case, CaseClass, Contact, Lead
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User, Workgroup
from tests.factories import incoming
from tests.servers.chromium import axe
from tests.stories import steps
from tests.stories.test_templates import pick

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
TAB = "Processing of incoming email"


def arrives(account: EmailAccount, *raws: bytes) -> list[Email]:
    """Mail reaches the account's mailbox on its server, is received and processed."""
    account.mailbox.folder("INBOX").deliver(*raws)  # type: ignore[attr-defined]  # set by the factory
    before = set(Email.objects.values_list("pk", flat=True))
    receive.receive_account(account.pk, clock.now())
    pipeline.process_account(account.pk, clock.now())
    return list(Email.objects.filter(direction="incoming").exclude(pk__in=before).order_by("pk"))


def test_activate_incoming_processing(at: Opener, sales: EmailAccount) -> None:
    """Journey activate-incoming-processing: what depends on a box waits for it, and each option does what it says."""
    [email] = arrives(sales, incoming.letter("Eirik Gard <eirik@gard.test>"))
    assert not email.steps.exists()
    page = at("/sm204002/SALES/")
    page.get_by_role("tab", name=TAB).click()
    names = ("Create new case", "Attach to business account or contact or lead", "Create new lead", "Confirm receipt")
    for name in names:
        expect(page.get_by_label(name, exact=True)).to_be_disabled()
    page.get_by_label("Activate incoming processing").check()
    for name in names:
        expect(page.get_by_label(name, exact=True)).to_be_enabled()
    for box, waiting in (("Create new case", "New case class"), ("Confirm receipt", "Confirmation template")):
        expect(page.get_by_role("combobox", name=waiting)).to_be_disabled()
        page.get_by_label(box, exact=True).check()
        expect(page.get_by_role("combobox", name=waiting)).to_be_enabled()
        page.get_by_label(box, exact=True).uncheck()
    page.get_by_label("Create new lead", exact=True).check()
    page.get_by_label("Attach to business account or contact or lead", exact=True).check()
    assert axe(page) == []
    steps.save(page)

    contact = Contact.objects.create(name="Ola Dahl", email="ola@example.org")
    known, unknown = arrives(sales, incoming.letter(), incoming.letter("Eirik Gard <eirik@gard.test>"))
    assert (known.related_entity_type, known.related_entity_id) == ("contact", contact.pk)
    steps.go(page, f"/cr301000/{Lead.objects.get().pk}/")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Eirik Gard")
    assert unknown.related_entity_id == Lead.objects.get().pk

    steps.go(page, "/sm204002/SALES/")
    page.get_by_role("tab", name=TAB).click()
    page.get_by_role("checkbox", name="Delete messages after processing").check()
    page.locator("[name=delete_which_messages]").select_option(label="Successful")
    steps.save(page)
    first, second = arrives(
        sales, incoming.letter(), incoming.letter(auto_submitted="auto-generated", sender="x@y.test")
    )
    assert (first.status, second.status) == ("deleted", "processed")


def test_case_from_email(at: Opener, sales: EmailAccount, agent: User) -> None:
    """Journey case-from-email: the customer writes, a case is there with class, people and the email."""
    CaseClass.objects.create(class_id="DELIVERY", description="Delivery and transport")
    account = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk")
    Contact.objects.create(name="Ola Dahl", email="ola@example.org", business_account=account)
    by_map = AssignmentMap.objects.create(map_id="CASES", description="Cases", subject=Subject.CASE)
    by_map.rules.create(position=1, owner=agent.employee)
    page = at("/sm204002/SALES/")
    page.get_by_role("tab", name=TAB).click()
    page.get_by_label("Activate incoming processing").check()
    page.get_by_label("Create new case", exact=True).check()
    pick(page, "New case class", "DELIVERY")
    pick(page, "Case assignment map", "CASES")
    steps.save(page)
    arrives(sales, incoming.letter(subject="Crates are late", message_id="one@example.org"))
    case = Case.objects.get()
    steps.go(page, f"/cr306000/{case.case_id}/")
    page.get_by_role("tab", name="Details").click()
    expect(page.get_by_role("textbox", name="Subject", exact=True)).to_have_value("Crates are late")
    for name, value in (("Contact", "Ola"), ("Business account", "Fjellbekk"), ("Owner", "Kari")):
        expect(page.get_by_role("combobox", name=name, exact=True)).to_have_value(re.compile(value))
    arrives(sales, incoming.letter(subject="Re: Crates are late", in_reply_to="<one@example.org>"))
    assert Case.objects.count() == 1
    steps.go(page, f"/cr306000/{case.case_id}/")
    page.get_by_role("tab", name="Activities").click()
    expect(page.get_by_text("Re: Crates are late").first).to_be_visible()


def test_assign_by_map(at: Opener, sales: EmailAccount, agent: User) -> None:
    """Journey assign-by-map: a map is written and tried, the first rule that fits wins, else the default."""
    per = Employee.objects.create(employee_id="E3", name="Per Moen", email="per@mailroom.test")
    per.workgroups.add(Workgroup.objects.create(workgroup_id="SUPPORT", description="Support"))
    arrives(sales, incoming.letter(subject="Invoice 17"))
    page = at("/ep205000/")
    steps.go(page, "/ep205000/map/new/")
    page.get_by_role("textbox", name="Assignment map").fill("BYTOPIC")
    page.get_by_role("textbox", name="Description").fill("Mail to sales")
    steps.save(page)
    page.get_by_role("link", name="Add rule").click()
    page.get_by_role("textbox", name="Name").fill("Invoices")
    page.get_by_label("Property, line 1").select_option(label="Subject")
    page.get_by_label("Condition, line 1").select_option(label="Contains")
    page.get_by_label("Value, line 1").fill("invoice")
    pick(page, "Owner", "E2")
    assert axe(page) == []
    steps.save(page)
    steps.go(page, f"/ep205000/map/{AssignmentMap.objects.get().pk}/")
    expect(page.get_by_text("Kari Nordmann").first).to_be_visible()
    page.get_by_role("tab", name="Try it on past mail").click()
    expect(page.get_by_role("row", name=re.compile("Invoice 17"))).to_contain_text("rule 1 (Invoices)")
    assert axe(page) == []

    ProcessingOptions.objects.update_or_create(account=sales, defaults={"activate_incoming_processing": True})
    steps.go(page, "/sm204002/SALES/")
    page.get_by_role("tab", name="Assignment settings").click()
    pick(page, "Email assignment map", "BYTOPIC")
    pick(page, "Default email work group", "SUPPORT")
    pick(page, "Default email owner", "E2")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("does not belong to the default work group").first).to_be_visible()
    pick(page, "Default email owner", "E3")
    steps.save(page)
    by_rule, by_default = arrives(sales, incoming.letter(subject="Invoice 18"), incoming.letter(subject="Hello"))
    assert by_rule.owner == agent.employee
    assert (by_default.owner, str(by_default.workgroup)) == (per, "Support")
    steps.go(page, f"/co409000/?open={by_rule.pk}")
    expect(page.get_by_text("Invoice 18").first).to_be_visible()
