"""The newcomer's way: sign in by the link, connect a mailbox, Test, Receive, read, reply, Send, and it arrives."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock, engine
from mailroom.records.organisation import people, sign_in
from tests.factories.accounts import AccountFactory
from tests.servers.chromium import DESK, PHONE, axe

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = (
    "From: Ingrid Solheim <ingrid@fjellbekk.example.net>\r\nTo: %s\r\nSubject: Price for 40 crates\r\n"
    "Message-ID: <price-1@fjellbekk.example.net>\r\nDate: Tue, 24 Nov 2026 09:00:00 +0100\r\n"
    "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hi,</p><p>What is the price of <b>40 crates</b>?</p>"
    '<img src="https://tracker.example.net/pixel.gif"><script>document.title="hacked"</script>\r\n'
)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_newcomer_answers_the_first_mail(
    live_server: Any,
    worker: engine.Worker,
    accounts: AccountFactory,
    open_page: Callable[..., Page],
    viewport: dict[str, int],
) -> None:
    user = people.create_user("maja", "maja@elvestad.example.com", "administrator", full_name="Maja Lindqvist")
    mailbox, customer = accounts.dovecot.add_mailbox("sales"), accounts.dovecot.add_mailbox("ingrid")
    mailbox.folder("INBOX").deliver(
        (QUESTION % mailbox.address).replace("ingrid@fjellbekk.example.net", customer.address).encode()
    )
    page = open_page(viewport=viewport)
    page.goto(f"{live_server.url}/login/link/{sign_in.make_link(user, clock.now())}/")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}/setup/")

    connect(page, live_server.url, accounts.values(mailbox))
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("#test .step.is-ok").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Test passed", exact=True)).to_be_visible(timeout=20_000)

    page.goto(f"{live_server.url}/sm507010/")
    page.get_by_role("button", name="Process all").click()
    expect(page.get_by_text("1 done, 0 failed").first).to_be_visible(timeout=20_000)
    page.goto(f"{live_server.url}/co409000/")
    for _attempt in range(20):
        if page.get_by_text("Price for 40 crates").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_text("Price for 40 crates").first.click()
    frame = page.frame_locator("iframe.mail-frame").first
    expect(frame.get_by_text("40 crates")).to_be_visible()
    expect(page.get_by_text("Remote images are blocked.")).to_be_visible()
    assert axe(page) == []

    page.get_by_role("button", name="Reply", exact=True).first.click()
    expect(page).to_have_url(re.compile("/cr306015/"))
    expect(page.get_by_label("Subject")).to_have_value("Re: Price for 40 crates")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page).to_have_url(re.compile("/co409080/"))
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    (arrived,) = customer.folder("INBOX").wait_for(1, seconds=40)
    assert b"Re: Price for 40 crates" in arrived.raw
    assert b"price-1@fjellbekk.example.net" in arrived.raw


def connect(page: Page, address: str, values: dict[str, Any]) -> None:
    """Fill in SM204002 and save."""
    page.goto(f"{address}/sm204002/new/")
    page.get_by_label("Email account ID").fill("SALES")
    page.get_by_label("Email address").fill(values["email_address"])
    page.get_by_label("Incoming mail server").fill(values["incoming_mail_server"])
    page.get_by_label("Outgoing mail server").fill(values["outgoing_mail_server"])
    servers = page.locator("#servers")
    servers.get_by_label("Username").fill(values["username"])
    servers.get_by_label("Password").fill(values["password"])
    page.get_by_role("tab", name="Advanced settings").click()
    page.get_by_label("My outgoing server requires authentication").uncheck()
    page.get_by_label("Incoming server requires encrypted connection (SSL)").select_option("none")
    page.get_by_label("Outgoing server encrypted connection").select_option("none")
    page.get_by_label("Incoming server port (POP3/IMAP)").fill(str(values["incoming_server_port"]))
    page.get_by_label("Outgoing server port (SMTP)").fill(str(values["outgoing_server_port"]))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(f"{address}/sm204002/SALES/")
