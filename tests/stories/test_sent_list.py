"""My sent emails: filtered and kept as a tab, searched, and answered."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Box, Direction, Email
from tests.factories import emails
from tests.servers.mailbox import Mailbox
from tests.servers.smtp import SmtpServer
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]


@pytest.fixture
def three(sales: EmailAccount) -> list[Email]:
    """Three sent emails."""
    rows = [
        ("Offer for 40 crates", "ingrid@fjellbekk.example.net"),
        ("Offer for 12 lamps", "ola@nordlys.example.org"),
        ("Reminder of 14 days", "ola@nordlys.example.org"),
    ]
    fields = {"direction": Direction.OUTGOING, "box": Box.SENT, "date": clock.now(), "account": sales}
    return [emails.make(subject, "Body", to=[("", to)], **fields) for subject, to in rows]  # type: ignore[arg-type]


def test_sent_emails_are_filtered_and_the_filter_is_kept_as_a_tab(at: Opener, three: list[Email]) -> None:
    """Journey filter-sent-emails."""
    page = at("/co409080/")
    page.get_by_role("link", name="Filter settings").click()
    dialog = page.locator("#dialog")
    line(page, 1, "Subject", "Contains", "Offer")
    dialog.get_by_role("button", name="Add line").click()
    line(page, 2, "To", "Contains", "nordlys")
    dialog.get_by_label("Filter name").fill("Offers to Nordlys")
    dialog.get_by_role("button", name="Save", exact=True).click()
    tabs = page.locator("#filter-tabs")
    expect(tabs.get_by_role("link", name="Offers to Nordlys")).to_have_attribute("aria-current", "page")
    expect(page.locator("#list tr[data-row]")).to_have_count(1)
    expect(steps.row(page, "Offer for 12 lamps")).to_be_visible()

    steps.go(page, "/co409080/")
    expect(page.locator("#list tr[data-row]")).to_have_count(3)
    page.locator("#filter-tabs").get_by_role("link", name="Offers to Nordlys").click()
    expect(page.locator("#list tr[data-row]")).to_have_count(1)


def test_a_line_of_the_filter_is_removed_in_filter_applied(at: Opener, three: list[Email]) -> None:
    """Journey filter-sent-emails: OK without keeping the filter, then Remove in Filter applied."""
    page = at("/co409080/")
    page.get_by_role("link", name="Filter settings").click()
    line(page, 1, "Subject", "Contains", "Offer")
    page.locator("#dialog").get_by_role("button", name="OK").click()
    expect(page.locator("#list tr[data-row]")).to_have_count(2)
    chips = page.get_by_role("group", name="Filter applied")
    chips.get_by_role("link", name="Remove").first.click()
    expect(page.locator("#list tr[data-row]")).to_have_count(3)
    expect(page.get_by_role("group", name="Filter applied")).to_have_count(0)


def line(page: Page, number: int, name: str, condition: str, value: str) -> None:
    """Fill in one line; the dialog comes anew after a property or a condition is chosen."""
    for label, choice in (("Property", name), ("Condition", condition)):
        box = page.locator("#dialog").get_by_label(f"{label}, line {number}")
        expect(page.locator("#dialog .htmx-added")).to_have_count(0)  # what has come is alive a moment later
        box.evaluate("box => box.setAttribute('data-before', '')")
        box.select_option(label=choice)
        expect(page.locator("#dialog [data-before]")).to_have_count(0)
        expect(box.locator("option:checked")).to_have_text(choice)
    page.locator("#dialog").get_by_label(f"Value, line {number}", exact=True).fill(value)


def test_sent_emails_are_found_by_subject_and_by_part_of_an_address(at: Opener, three: list[Email]) -> None:
    """Journey search-for-sent-emails."""
    page = at("/co409080/")
    search = page.get_by_role("searchbox", name="Search")
    for text, found in {"lamps": 1, "nordlys": 2, "fjellb": 1}.items():
        search.fill(text)
        search.press("Enter")
        expect(page.locator("#list tr[data-row]")).to_have_count(found)
    search.fill("nothing of the kind")
    expect(page.get_by_text("Nothing found").first).to_be_visible()


def test_a_sent_email_is_answered_and_passed_on_in_its_thread(
    at: Opener, sales: EmailAccount, customer: Mailbox, anna: object, smtp_server: SmtpServer
) -> None:
    """Journey forward-or-reply-to-sent-emails."""
    first = steps.queued(sales, customer.address, "Our offer", anna)  # type: ignore[arg-type]
    page = at("/co409080/")
    steps.send_now(page, first)
    for command, subject, given in (("Reply", "Re: Our offer", True), ("Forward", "Fwd: Our offer", False)):
        steps.go(page, "/co409080/")
        page.get_by_role("checkbox", name="Select Our offer", exact=False).last.check()
        steps.in_menu(page, "Actions", command)
        expect(page.locator("#id_subject")).to_have_value(subject)
        if not given:
            steps.fill_address(page, "To", customer.address)
        steps.send(page)
        answer = Email.objects.latest("pk")
        steps.send_now(page, answer)
        answer.refresh_from_db()
        assert answer.thread_id == Email.objects.get(pk=first.pk).thread_id
    arrived = smtp_server.to(customer.address)
    assert [b"Our offer" in one.raw for one in arrived] == [True] * len(arrived)
    assert any(b"Subject: Fwd: Our offer" in one.raw for one in arrived)
