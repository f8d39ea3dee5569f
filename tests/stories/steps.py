"""Steps that stories take again and again, in the words of the windows."""

import re

from playwright.sync_api import Locator, Page, expect

from mailroom.base import clock
from mailroom.flows.sending import outbox
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User
from tests.factories import pages

expect.set_options(timeout=20_000)  # the suite shares two cores


def queued(account: EmailAccount, to: str, subject: str, user: User | None, later: bool = True) -> Email:
    """A pending email; `later`: it is for next year, so that only a person sends it."""
    fields = DraftFields(account, to=[Address("", to)], subject=subject, text=f"About {subject}")
    now = clock.now()
    return outbox.create(
        outbox.NewEmail(fields, send=True, send_at=now.replace(year=now.year + 1) if later else None), now, user
    )


def go(page: Page, path: str) -> None:
    """Open another window of the same server and wait until its script is ready."""
    server = "/".join(page.url.split("/")[:3])
    pages.go(page, f"{server}{path}")


def in_menu(page: Page, menu: str, command: str) -> None:
    """Choose a command of a menu of the toolbar."""
    page.locator(".toolbar summary", has_text=menu).click()
    page.locator(".toolbar details[open] .menu__item", has_text=command).first.click()


def select(page: Page, subject: str) -> None:
    """Check the row of this subject."""
    page.get_by_role("checkbox", name=f"Select {subject}", exact=True).check()


def row(page: Page, subject: str) -> Locator:
    """The row of the list with this subject."""
    return page.locator("#list tr[data-row]", has_text=subject)


def toast(page: Page, words: str) -> None:
    """Wait for a message at the foot of the page."""
    expect(page.locator("#toasts")).to_contain_text(words)


def save(page: Page) -> None:
    """Press Save and wait for its answer and the word; an earlier Save may have left the same word."""
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/preview/" not in answer.url):
        page.get_by_role("button", name="Save", exact=True).click()
    toast(page, "Saved")


def fill_address(page: Page, field: str, text: str) -> None:
    """Add an address to To, Cc or Bcc."""
    box = page.get_by_role("combobox", name=field, exact=True)
    box.fill(text)
    box.press("Enter")


def send(page: Page, anyway: bool = False) -> None:
    """Press Send, and Send anyway where a question is expected, and wait for the list."""
    page.get_by_role("button", name="Send", exact=True).click()
    if anyway:
        page.get_by_role("dialog").get_by_role("button", name="Send anyway").click()
    expect(page).to_have_url(re.compile("/co409080/$"))


def send_now(page: Page, email: Email) -> None:
    """Have one pending email sent by Actions, Process in its own window."""
    go(page, f"/cr306015/{email.pk}/")
    in_menu(page, "Actions", "Process")
    toast(page, "Email sent")
