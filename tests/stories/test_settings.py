"""Email preferences, and who may mark mail as read."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.flows.receiving import receive
from mailroom.flows.sending import send
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from tests.factories import emails
from tests.servers.chromium import axe
from tests.servers.mailbox import Mailbox
from tests.servers.smtp import SmtpServer
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
QUESTION = b"From: ola@example.net\r\nSubject: Are you there?\r\nMessage-ID: <1@example.net>\r\n\r\nx\r\n"


def test_suspended_nothing_leaves_or_enters_and_every_mail_window_says_so(
    at: Opener, sales: Any, customer: Mailbox, anna: User, smtp_server: SmtpServer
) -> None:
    """Journey suspend-and-resume."""
    waiting = steps.queued(sales, customer.address, "Waits", anna)
    sales.mailbox.folder("INBOX").deliver(QUESTION)
    page = at("/sm204001/")
    page.get_by_label("Suspend email processing").check()
    steps.save(page)
    banner = page.locator("main .banner", has_text="Email processing is suspended")
    for window in ("/co409000/", "/co409080/", "/co409070/", "/sm507000/", "/sm507010/", "/cr306015/new/"):
        steps.go(page, window)
        expect(banner).to_be_visible()
    assert axe(page) == []
    steps.go(page, f"/cr306015/{waiting.pk}/")
    expect(banner).to_be_visible()
    steps.in_menu(page, "Actions", "Process")
    steps.toast(page, "Email processing is suspended.")
    send.send_account(sales.pk, clock.now())
    receive.receive_account(sales.pk, clock.now())
    assert smtp_server.to(customer.address) == []
    assert list(Email.objects.values_list("subject", flat=True)) == [waiting.subject]

    steps.go(page, "/sm204001/")
    page.get_by_label("Suspend email processing").uncheck()
    steps.save(page)
    steps.send_now(page, waiting)
    expect(banner).to_have_count(0)
    receive.receive_account(sales.pk, clock.now())
    assert len(smtp_server.to(customer.address)) == 1
    assert Email.objects.filter(subject="Are you there?").exists()


def test_preferences_are_saved_and_the_table_shows_the_accounts(at: Opener, sales: EmailAccount) -> None:
    """Journey define-email-preferences."""
    page = at("/sm204001/")
    page.get_by_label("Email tag prefix").fill("(no. ")
    page.get_by_label("Email tag suffix").fill(")")
    page.get_by_label("Archive emails").select_option(label="None")
    page.get_by_label("Automatic resend attempts").fill("3")
    page.get_by_label("URL to be used in notifications").fill("https://mail.elvestad.example.com")
    steps.save(page)
    kept = current.read()
    assert (kept.email_tag_prefix.strip(), kept.email_tag_suffix, kept.automatic_resend_attempts) == ("(no.", ")", 3)
    assert (kept.archive_emails, kept.url_to_be_used_in_notifications) == (-1, "https://mail.elvestad.example.com")
    expect(page.get_by_role("row", name="SALES").get_by_text(sales.email_address).first).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Add", exact=True).click()
    expect(opened.value).to_have_url(re.compile("/sm204002/new/$"))


def test_the_owner_marks_as_read_and_unread_and_others_are_refused(at: Opener, sales: EmailAccount, anna: User) -> None:
    """Journey mark-read-and-unread."""
    emails.make("For Anna", "Body", account=sales, owner=anna.employee)  # type: ignore[attr-defined]
    emails.make("For nobody", "Body", account=sales)
    page = at("/co409000/")
    unread = page.locator("#list tr.is-unread", has_text="For Anna")
    expect(unread).to_be_visible()
    for command, words, count in (("Mark as read", "marked as read", 0), ("Mark as unread", "marked as unread", 1)):
        steps.select(page, "For Anna")
        steps.in_menu(page, "Actions", command)
        steps.toast(page, f"1 email {words}")
        expect(unread).to_have_count(count)
    steps.go(page, "/co409000/")
    steps.select(page, "For nobody")
    steps.in_menu(page, "Actions", "Mark as read")
    steps.toast(page, "Only its owner may mark it as read or unread.")
    expect(steps.row(page, "For nobody")).to_have_class(re.compile("is-unread"))
