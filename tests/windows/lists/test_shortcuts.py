"""The navigation pane leads to kept filters and to the emails of one's work groups."""

import re
from html import unescape

import pytest
from django.test import Client

from mailroom.records.filters import saved
from mailroom.records.filters.lines import Line
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee, User, Workgroup
from tests.factories import emails, pages

pytestmark = pytest.mark.django_db(transaction=True)
REMINDERS = [Line("subject", "contains", "reminder")]


def lead(page: str, name: str) -> str:
    """Where the line of the navigation pane with this name leads."""
    pane = page[page.index('id="nav"') :]
    found = re.search(rf'href="([^"]*)"[^>]*><svg[^>]*><use[^>]*></use></svg><span>{name}</span>', pane)
    assert found is not None, name
    return unescape(found[1])


def test_kept_and_shared_filters_of_all_windows_of_emails_stand_there(agent: User, administrator: User) -> None:
    emails.make("A reminder")
    emails.make("Something else")
    saved.save(agent, "CO409070", "Reminders", REMINDERS)
    saved.save(administrator, "CO409000", "For all", REMINDERS, shared=True)
    saved.save(administrator, "CO409000", "Of another", REMINDERS)
    visitor = pages.signed_in(agent)
    page = pages.read(visitor, "/sm507000/")
    assert "Of another" not in page
    for name in ("Reminders", "For all"):
        shown = pages.read(visitor, lead(page, name))
        assert "A reminder" in shown
        assert "Something else" not in shown
    assert "Saved filters" not in pages.read(visitor, "/cr302000/")


def test_each_of_ones_work_groups_leads_to_its_emails(agent: User) -> None:
    sales = Workgroup.objects.create(workgroup_id="SALES", description="Sales & offers")
    Workgroup.objects.create(workgroup_id="FINANCE", description="Finance")
    Employee.objects.get(user=agent).workgroups.add(sales)
    emails.make("For sales", workgroup=sales)
    emails.make("For nobody")
    visitor = pages.signed_in(agent)
    page = pages.read(visitor, "/co409000/")
    shown = pages.read(visitor, lead(page, "Sales &amp; offers"))
    assert "For sales" in shown
    assert "For nobody" not in shown
    assert "<span>Finance</span>" not in page


def test_who_is_no_employee_and_kept_nothing_sees_no_empty_groups(client: Client) -> None:
    reader = people.create_user("henrik", "henrik@mailroom.test", "reader")
    page = pages.read(pages.signed_in(reader), "/co409000/")
    assert "Saved filters" not in page
    assert "My work groups" not in page


def test_filters_of_windows_that_another_role_no_longer_has_are_left_out(administrator: User) -> None:
    """What was asked for in one role is not what is shown in the next."""
    saved.save(administrator, "SM507020", "Of the quarantine", REMINDERS)
    saved.save(administrator, "CO409070", "Of all emails", REMINDERS)
    assert "Of the quarantine" in pages.read(pages.signed_in(administrator), "/co409000/")
    User.objects.filter(pk=administrator.pk).update(role="reader")
    page = pages.read(pages.signed_in(administrator), "/co409000/")
    assert "Of the quarantine" not in page
    assert "Of all emails" in page
