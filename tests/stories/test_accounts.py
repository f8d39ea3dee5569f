"""System email accounts: created and tested, chosen as default, given another address."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.flows.sending import from_template, security, send
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation import people
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.chromium import PHONE, axe
from tests.servers.mailbox import Mailbox
from tests.servers.smtp import SmtpServer
from tests.stories import steps
from tests.stories.test_templates import pick

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]


def test_create_a_system_email_account(at: Opener, worker: Any, accounts: AccountFactory) -> None:
    """Journey create-a-system-email-account: Add, the tabs, Save, Test; a wrong password is told apart."""
    mailbox = accounts.dovecot.add_mailbox("sales")
    values = accounts.values(mailbox)
    page = at("/sm204002/")
    steps.go(page, "/sm204002/new/")
    page.get_by_label("Email account ID").fill("SALES")
    page.get_by_label("Email address").fill(mailbox.address)
    page.get_by_label("Reply address").fill("answers@mailroom.test")
    page.get_by_label("Incoming mail protocol").select_option(label="IMAP")
    page.get_by_label("Root folder (on server)").fill("INBOX")
    page.get_by_label("Incoming mail server").fill(values["incoming_mail_server"])
    page.get_by_label("Outgoing mail server").fill(values["outgoing_mail_server"])
    servers = page.locator("#servers")
    servers.get_by_label("Username").fill(mailbox.username)
    servers.get_by_label("Password").fill("wrong")
    page.get_by_role("tab", name="Advanced settings").click()
    page.get_by_label("My outgoing server requires authentication").uncheck()
    expect(page.get_by_label("Log in using")).to_be_disabled()
    page.get_by_label("My outgoing server validates the 'From' field").check()
    page.get_by_label("Incoming server requires encrypted connection (SSL)").select_option("none")
    page.get_by_label("Outgoing server encrypted connection").select_option("none")
    page.get_by_label("Incoming server port (POP3/IMAP)").fill(str(values["incoming_server_port"]))
    page.get_by_label("Outgoing server port (SMTP)").fill(str(values["outgoing_server_port"]))
    steps.save(page)
    expect(page).to_have_url(re.compile("/sm204002/SALES/$"))
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("#test .step.is-bad").first).to_be_visible()
    expect(page.locator("#test")).to_contain_text("Check Username and Password.")

    page.get_by_role("tab", name="Servers").click()
    servers.get_by_label("Password").fill(mailbox.password)
    steps.save(page)
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("Test passed", exact=True)).to_be_visible()
    lines = [line.bounding_box() for line in page.locator("#test .step.is-ok > span").all()]
    assert lines
    assert all(line is not None and line["width"] > 2 * line["height"] for line in lines)  # words, not a column
    expect(page.locator("#test")).to_contain_text(re.compile(r"\d+(\.\d+)? ?m?s"))
    assert axe(page) == []
    account = EmailAccount.objects.get(email_account_id="SALES")
    assert (account.reply_address, account.root_folder) == ("answers@mailroom.test", "INBOX")


def test_set_up_the_default_system_email_account(
    at: Opener, sales: EmailAccount, accounts: AccountFactory, smtp_server: SmtpServer
) -> None:
    """Journey set-up-the-default-system-email-account: automatic mail goes from it; a person's own goes before it."""
    post = accounts.make(email_account_id="POST", sender_name="Elvestad Post")
    page = at("/sm204001/")
    pick(page, "Default email account", "POST")
    steps.save(page)
    assert current.read().default_email_account == post
    ola = people.create_user("ola", "ola@nordlys.example.org", "agent", full_name="Ola Nordmann")
    assert security.welcome(ola, clock.now()).email is not None
    send.send_account(post.pk, clock.now())
    (arrived,) = smtp_server.wait_for("ola@nordlys.example.org", 1)
    assert post.email_address.encode() in arrived.raw
    steps.go(page, "/cr306015/new/")
    expect(page.get_by_role("combobox", name="From", exact=True)).to_have_value(re.compile("^POST"))

    steps.go(page, "/sm203010/")
    page.get_by_role("tab", name="Email settings").click()
    pick(page, "Default email account", "SALES")
    steps.save(page)
    steps.go(page, "/cr306015/new/")
    expect(page.get_by_role("combobox", name="From", exact=True)).to_have_value(re.compile("^SALES"))


def test_change_system_email_address(at: Opener, sales: EmailAccount, customer: Mailbox, anna: User) -> None:
    """Journey change-system-email-address: what is queued keeps its sender; new mail has the new address."""
    before = sales.email_address
    queued = steps.queued(sales, customer.address, "Queued before", anna)
    page = at("/sm204002/SALES/")
    page.get_by_label("Email address").fill("nysalg@mailroom.test")
    steps.save(page)
    after = steps.queued(EmailAccount.objects.get(pk=sales.pk), customer.address, "Queued after", anna)
    for email in (queued, after):
        steps.send_now(page, email)
    first, second = sorted(customer.folder("INBOX").wait_for(2), key=lambda one: b"Queued after" in one.raw)
    assert before.encode() in first.raw.split(b"\r\n\r\n")[0]
    assert b"nysalg@mailroom.test" in second.raw.split(b"\r\n\r\n")[0]


def test_the_reply_address_is_kept_beside_the_address(at: Opener, sales: EmailAccount) -> None:
    """The window's part of journey set-up-the-reply-email-address; a text that is no address is refused."""
    page = at("/sm204002/SALES/")
    page.get_by_label("Reply address").fill("nobody")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-field=reply_address] .field__error")).to_be_visible()
    page.get_by_label("Reply address").fill("answers@mailroom.test")
    steps.save(page)
    sales.refresh_from_db()
    assert sales.reply_address == "answers@mailroom.test"
    assert from_template.account_of(None) == sales


def test_on_a_phone_the_steps_of_a_test_come_into_sight(at: Opener, worker: Any, sales: EmailAccount) -> None:
    page = at("/sm204002/SALES/", viewport=PHONE)
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("#test .steps__title").first).to_be_in_viewport(timeout=20_000)
