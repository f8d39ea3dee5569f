"""Assisted set-up: from the first sign-in to the first processed mail, in three steps and under three minutes."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock, engine
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation import people, sign_in
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.chromium import DESK, PHONE, axe

pytestmark = pytest.mark.django_db(transaction=True)
MAIL = (
    b"From: Ola <ola@example.net>\r\nTo: us\r\nSubject: The first one\r\nMessage-ID: <1@example.net>\r\n\r\nHello\r\n"
)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_first_administrator_comes_to_a_working_account(
    live_server: Any,
    worker: engine.Worker,
    accounts: AccountFactory,
    open_page: Callable[..., Page],
    viewport: dict[str, int],
) -> None:
    user = people.create_user("maja", "", "administrator", full_name="Maja Lindqvist")
    mailbox = accounts.dovecot.add_mailbox("sales")
    mailbox.folder("INBOX").deliver(MAIL)
    values = accounts.values(mailbox)
    page = open_page(viewport=viewport)
    started = time.monotonic()
    page.goto(f"{live_server.url}/login/link/{sign_in.make_link(user, clock.now())}/")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}/setup/")
    assert axe(page) == []

    page.get_by_label("Email address").fill(mailbox.address)
    page.get_by_label("Sender name").fill("Elvestad")
    page.get_by_label("Provider").select_option("fastmail")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Found: Fastmail")).to_be_visible()
    page.get_by_text("Servers", exact=True).click()
    fill_in(page, values | {"password": "wrong"})
    assert axe(page) == []
    page.get_by_role("button", name="Save and test").click()
    expect(page.locator(".step.is-bad")).to_be_visible(timeout=20_000)

    page.get_by_role("link", name="Change the settings").click()
    page.get_by_label("Password").fill(values["password"])
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("The test passed.")).to_be_visible(timeout=20_000)
    assert axe(page) == []
    page.get_by_role("button", name="Finish and fetch mail").click()
    expect(page).to_have_url(f"{live_server.url}/co409000/")
    for _attempt in range(40):
        if page.get_by_text("The first one").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text("The first one").first).to_be_visible()
    assert time.monotonic() - started < 180
    account = EmailAccount.objects.get()
    assert account.active
    assert current.read().default_email_account == account


def test_a_further_account_leaves_the_default_one(
    live_server: Any,
    worker: engine.Worker,
    accounts: AccountFactory,
    open_page: Callable[..., Page],
) -> None:
    present = accounts.make(accounts.dovecot.add_mailbox("support"), email_account_id="SUPPORT")
    preferences = current.read()
    preferences.default_email_account = present
    preferences.save()
    user = people.create_user("maja", "", "administrator", full_name="Maja Lindqvist")
    mailbox = accounts.dovecot.add_mailbox("sales")
    page = open_page()
    page.goto(f"{live_server.url}/login/link/{sign_in.make_link(user, clock.now())}/")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/login/" not in address)
    page.goto(f"{live_server.url}/setup/")
    page.get_by_label("Email address").fill(mailbox.address)
    page.get_by_label("Provider").select_option("fastmail")
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Servers", exact=True).click()
    fill_in(page, accounts.values(mailbox))
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("The test passed.")).to_be_visible(timeout=20_000)
    expect(page.get_by_label("Use it as the default email account")).not_to_be_checked()
    page.get_by_role("button", name="Finish and fetch mail").click()
    expect(page).to_have_url(f"{live_server.url}/co409000/")
    assert current.read().default_email_account == present


def fill_in(page: Page, values: dict[str, Any]) -> None:
    """The servers and the sign-in of step 2."""
    page.get_by_label("Username").fill(values["username"])
    page.get_by_label("Password").fill(values["password"])
    for side in ("incoming", "outgoing"):
        page.locator(f"[name={side}_mail_server]").fill(values[f"{side}_mail_server"])
        page.locator(f"[name={side}_server_port]").fill(str(values[f"{side}_server_port"]))
        page.locator(f"[name={side}_server_encrypted_connection]").select_option("none")
    page.get_by_label("My outgoing server requires authentication").uncheck()
