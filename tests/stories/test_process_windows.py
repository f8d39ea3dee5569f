"""Send and receive email and Pending emails by hand: progress, a result on each row, failures in words."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock, engine
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.sending import outbox
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import Job, User
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.chromium import axe

pytestmark = pytest.mark.django_db(transaction=True)


def queue(account: EmailAccount, to: str, subject: str, user: User) -> Email:
    """A queued email that no tick sends: it is for tomorrow."""
    fields = DraftFields(account, to=[Address("", to)], subject=subject, text="Hello")
    later = clock.now().replace(year=clock.now().year + 1)
    return outbox.create(outbox.NewEmail(fields, send=True, send_at=later), clock.now(), user)


def enter(page: Page, address: str, user: User) -> None:
    """Sign in by a one-time link."""
    page.goto(f"{address}/login/link/{sign_in.make_link(user, clock.now())}/")
    page.get_by_role("button", name="Sign in").click()


def test_send_and_receive_by_hand_shows_each_accounts_result(
    live_server: Any,
    worker: engine.Worker,
    accounts: AccountFactory,
    administrator: User,
    open_page: Callable[..., Page],
) -> None:
    good, bad = accounts.make(), accounts.make(password="wrong")
    good.mailbox.folder("INBOX").deliver(b"From: ola@example.net\r\nSubject: Hi\r\n\r\nx\r\n")  # type: ignore[attr-defined]
    page = open_page()
    enter(page, live_server.url, administrator)
    page.goto(f"{live_server.url}/sm507010/")
    page.get_by_role("button", name="Process all").click()
    expect(page.get_by_text("1 done, 1 failed").first).to_be_visible(timeout=30_000)
    row = page.locator(f"tr[data-row='{good.pk}']")
    expect(row.get_by_text("received")).to_be_visible()
    expect(page.locator(f"tr[data-row='{bad.pk}']").get_by_text("Failed")).to_be_visible()
    expect(page.locator(".datagrid__detail .why").first).not_to_be_empty()
    with page.expect_popup() as opened:
        row.get_by_role("link", name=good.email_account_id).click()
    assert f"/sm204002/{good.email_account_id}/" in opened.value.url
    assert axe(page) == []


@pytest.mark.parametrize("button", ["Process", "Process all"])
def test_an_action_chosen_a_moment_before_process_is_the_one_that_runs(
    live_server: Any,
    worker: engine.Worker,
    account: EmailAccount,
    administrator: User,
    open_page: Callable[..., Page],
    button: str,
) -> None:
    """The list for the new choice never comes: the button goes by what the form shows."""
    page = open_page()
    enter(page, live_server.url, administrator)
    page.goto(f"{live_server.url}/sm507010/")
    page.locator("html[data-ready]").wait_for()
    page.get_by_role("checkbox", name=f"Select {account.email_account_id}").check()
    page.route("**/sm507010/?*", lambda _route: None)
    page.get_by_label("Action", exact=True).select_option(label="Send all")
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text("1 done, 0 failed").first).to_be_visible(timeout=30_000)
    assert Job.objects.get().arguments["action"] == Exchange.SEND_ALL


def test_process_all_takes_the_emails_of_the_account_chosen_a_moment_before(
    live_server: Any,
    worker: engine.Worker,
    accounts: AccountFactory,
    administrator: User,
    open_page: Callable[..., Page],
) -> None:
    customer = accounts.dovecot.add_mailbox()
    taken = queue(accounts.make(email_account_id="ONE"), customer.address, "Goes", administrator)
    left = queue(accounts.make(email_account_id="TWO"), customer.address, "Stays", administrator)
    page = open_page()
    enter(page, live_server.url, administrator)
    page.goto(f"{live_server.url}/sm507000/?criteria=1&type=all")
    page.locator("html[data-ready]").wait_for()
    page.route("**/sm507000/?*", lambda _route: None)
    page.get_by_role("combobox", name="Account").fill("ONE")
    page.get_by_role("option", name="ONE").click()
    page.get_by_role("button", name="Process all").click()
    expect(page.get_by_text("1 done, 0 failed").first).to_be_visible(timeout=30_000)
    assert [Email.objects.get(pk=one.pk).status for one in (taken, left)] == [Status.PROCESSED, Status.PENDING]


def test_pending_emails_are_sent_fail_in_words_and_are_deleted(
    live_server: Any,
    worker: engine.Worker,
    accounts: AccountFactory,
    administrator: User,
    open_page: Callable[..., Page],
) -> None:
    account, customer = accounts.make(), accounts.dovecot.add_mailbox("ola")
    preferences = current.read()
    preferences.default_email_account = account
    preferences.save()
    sent = queue(account, customer.address, "Goes", administrator)
    dead = accounts.make(outgoing_server_port=1)
    failing = queue(dead, customer.address, "Cannot go", administrator)
    page = open_page()
    enter(page, live_server.url, administrator)
    page.goto(f"{live_server.url}/sm507000/")
    expect(page.get_by_text("Goes", exact=True)).to_be_visible()
    expect(page.get_by_text("Cannot go")).to_have_count(0)

    page.get_by_role("checkbox", name="Select Goes").check()
    page.get_by_role("button", name="Process", exact=True).click()
    expect(page.get_by_text("1 done, 0 failed").first).to_be_visible(timeout=30_000)
    customer.folder("INBOX").wait_for(1)
    assert Email.objects.get(pk=sent.pk).status == Status.PROCESSED

    page.goto(f"{live_server.url}/sm507000/?criteria=1&account={dead.pk}&type=all")
    page.get_by_role("button", name="Process all").click()
    expect(page.get_by_text("0 done, 1 failed").first).to_be_visible(timeout=30_000)
    page.get_by_label("Include failed").check()
    expect(page.locator(".datagrid__detail .why").first).not_to_be_empty()
    EmailAccount.objects.filter(pk=dead.pk).update(outgoing_server_port=account.outgoing_server_port)
    page.get_by_role("checkbox", name="Select Cannot go").check()
    page.get_by_role("button", name="Process", exact=True).click()
    expect(page.get_by_text("1 done, 0 failed").first).to_be_visible(timeout=30_000)
    customer.folder("INBOX").wait_for(2)
    assert Email.objects.get(pk=failing.pk).status == Status.PROCESSED
