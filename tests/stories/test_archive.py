"""Archiving: by hand from a list and from an email, by age while mail is sent and received."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock, engine
from mailroom.records.crm.models import Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Box, Direction, Email, Status
from tests.factories import emails
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]


def sent(account: EmailAccount, subject: str, **fields: object) -> Email:
    """An email that has gone out."""
    values = {"direction": Direction.OUTGOING, "box": Box.SENT, "date": clock.now()} | fields
    return emails.make(subject, "Body", to=[("Ingrid", "ingrid@example.net")], account=account, **values)  # type: ignore[arg-type]


def test_sent_emails_are_archived_and_others_refused_with_the_reason(at: Opener, sales: EmailAccount) -> None:
    """Journey archive-sent-emails."""
    sent(sales, "Goes away")
    failed = sent(sales, "Stays here", status=Status.FAILED)
    page = at("/co409080/")
    steps.select(page, "Goes away")
    steps.select(page, "Stays here")
    steps.in_menu(page, "Actions", "Archive")
    steps.toast(page, "1 email archived")
    steps.toast(page, "1 left as it was: ")
    expect(steps.row(page, "Goes away")).to_have_count(0)
    expect(steps.row(page, "Stays here")).to_be_visible()
    failed.refresh_from_db()
    assert not failed.archived


def test_one_email_is_archived_and_comes_back_processed(at: Opener, sales: EmailAccount) -> None:
    """Journey archive-and-restore-one-email."""
    email = sent(sales, "There and back")
    page = at(f"/cr306015/{email.pk}/")
    steps.in_menu(page, "Actions", "Archive")
    steps.toast(page, "1 email archived")
    expect(page.locator(".slip").get_by_text("Archived").first).to_be_visible()
    steps.in_menu(page, "Actions", "Restore from archive")
    steps.toast(page, "1 email restored")
    steps.go(page, "/co409080/")
    steps.row(page, "There and back").get_by_role("link").first.click()
    expect(page.locator("#reader .slip").get_by_text("Processed").first).to_be_visible()


def test_old_mail_is_archived_by_the_accounts_and_direction_that_are_run(
    at: Opener, sales: EmailAccount, worker: engine.Worker
) -> None:
    """Journey archive-by-age."""
    old = {"date": clock.now() - timedelta(days=120), "created_at": clock.now() - timedelta(days=120)}
    ingrid = Contact.objects.create(name="Ingrid", email="ingrid@example.net")
    sent(sales, "Old offer", related_entity_type="contact", related_entity_id=ingrid.pk, **old)
    sent(sales, "Old and failed", **old | {"status": Status.FAILED})
    sent(sales, "New offer")
    received = emails.make("Old question", "Body", sender=("Ingrid", "ingrid@example.net"), account=sales, **old)  # type: ignore[arg-type]
    page = at("/sm204001/")
    page.get_by_label("Archive emails").select_option(label="Older than 3 months")
    steps.save(page)

    steps.go(page, "/sm507010/")
    page.get_by_label("Action", exact=True).select_option(label="Send all")
    page.wait_for_url("**action=Send*")
    page.get_by_role("button", name="Process all").click()
    expect(page.get_by_text("1 done, 0 failed").first).to_be_visible()
    steps.go(page, "/co409080/")
    expect(steps.row(page, "New offer")).to_be_visible()
    expect(steps.row(page, "Old and failed")).to_be_visible()
    expect(steps.row(page, "Old offer")).to_have_count(0)
    received.refresh_from_db()
    assert not received.archived

    steps.go(page, "/co409070/")
    page.get_by_role("searchbox", name="Search").fill("offer")
    steps.row(page, "Old offer").get_by_role("link").first.click()
    expect(page.locator("#reader .slip").get_by_text("Archived").first).to_be_visible()
    steps.go(page, f"/cr302000/{ingrid.pk}/")
    page.get_by_role("tab", name="Activities").click()
    page.locator("#timeline").get_by_role("link", name="Old offer").click()
    page.wait_for_url("**/cr306015/*/")
    steps.in_menu(page, "Actions", "Forward")
    expect(page.locator("#id_subject")).to_have_value("Fwd: Old offer")
