"""Pending emails: a file, a recipient or another one is added in time, and a pending email is deleted."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation.models import User
from tests.servers.mailbox import Mailbox
from tests.servers.smtp import SmtpServer
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]


@pytest.fixture
def email(sales: EmailAccount, customer: Mailbox, anna: User) -> Email:
    """An email that waits in the queue."""
    return steps.queued(sales, customer.address, "Our offer", anna)


def opened(at: Opener, email: Email) -> Page:
    """The email in its own window, reached through the subject in Pending emails."""
    page = at("/sm507000/")
    steps.row(page, "Our offer").get_by_role("link", name="Our offer").click()
    page.wait_for_url(f"**/cr306015/{email.pk}/")
    page.locator("html[data-ready]").wait_for()
    return page


def canceled(page: Page) -> None:
    """Actions, Cancel sending: the email can be written again."""
    steps.in_menu(page, "Actions", "Cancel sending")
    expect(page.locator("#id_subject")).to_have_value("Our offer")
    page.locator("html[data-ready]").wait_for()


def deleted(page: Page) -> None:
    """Delete, with whatever it asks, and back in the list."""
    page.locator(".toolbar").get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 email").click()
    expect(page).to_have_url(re.compile("/co409080/$"))


def test_a_file_is_added_to_a_pending_email(
    at: Opener, email: Email, customer: Mailbox, smtp_server: SmtpServer
) -> None:
    """Journey add-an-attachment-to-a-pending-email."""
    page = opened(at, email)
    page.get_by_label("Browse...").set_input_files(
        [{"name": "prices.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 prices"}]
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("prices.pdf").first).to_be_visible()
    steps.in_menu(page, "Actions", "Process")
    steps.toast(page, "Email sent")
    (sent,) = smtp_server.wait_for(customer.address)
    assert b"prices.pdf" in sent.raw


def test_a_recipient_is_added_to_a_pending_email(
    at: Opener, email: Email, customer: Mailbox, smtp_server: SmtpServer
) -> None:
    """Journey add-a-recipient-address-to-a-pending-email."""
    page = opened(at, email)
    canceled(page)
    steps.fill_address(page, "Cc", "kristin@nordlys.example.org")
    steps.send(page, anyway=True)
    steps.send_now(page, email)
    assert [len(smtp_server.to(one)) for one in (customer.address, "kristin@nordlys.example.org")] == [1, 1]


def test_the_recipient_of_a_pending_email_is_changed(
    at: Opener, email: Email, customer: Mailbox, smtp_server: SmtpServer
) -> None:
    """Journey change-the-recipient-address-for-a-pending-email."""
    page = opened(at, email)
    canceled(page)
    page.get_by_role("button", name=f"Remove {customer.address}").click()
    steps.fill_address(page, "To", "per@nordlys.example.org")
    steps.send(page)
    steps.send_now(page, email)
    assert len(smtp_server.to("per@nordlys.example.org")) == 1
    assert smtp_server.to(customer.address) == []


def test_a_pending_email_is_deleted_and_can_be_restored_until_it_is_deleted_again(at: Opener, email: Email) -> None:
    """Journey delete-a-pending-email."""
    page = opened(at, email)
    canceled(page)
    deleted(page)
    steps.go(page, "/sm507000/")
    expect(page.get_by_text("Nothing is pending")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Nothing is pending")).to_be_visible()
    steps.go(page, f"/cr306015/{email.pk}/")
    steps.in_menu(page, "Actions", "Restore")
    expect(page.locator("#id_subject")).to_have_value("Our offer")
    assert Email.objects.get(pk=email.pk).status in {Status.DRAFT, Status.CANCELED}

    deleted(page)
    steps.go(page, f"/cr306015/{email.pk}/")
    page.locator(".toolbar").get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 email").click()
    steps.toast(page, "1 email deleted permanently")
    assert not Email.objects.filter(pk=email.pk).exists()


def test_an_empty_queue_says_what_its_criteria_leave_out_and_leads_there(
    at: Opener, email: Email, sales: EmailAccount, anna: User
) -> None:
    other = EmailAccount.objects.create(email_account_id="OTHER", email_address="other@mailroom.test")
    page = at(f"/sm507000/?account={other.pk}&type=all")
    expect(page.locator("#list")).to_contain_text("1 email waits that the criteria above leave out.")
    page.get_by_role("link", name="Show all").click()
    expect(steps.row(page, "Our offer")).to_be_visible()


def test_the_status_of_a_pending_email_is_in_sight_on_a_desk(at: Opener, email: Email, anna: User) -> None:
    page = at("/sm507000/?account=&type=all")
    whole, status = (page.locator(one).first.bounding_box() for one in (".datagrid", "#list td.c-status"))
    assert whole is not None
    assert status is not None
    assert status["x"] + status["width"] <= whole["x"] + whole["width"] + 1
