"""The newcomer's way by keyboard alone: sign in, connect a mailbox, Test, Receive, read, reply, Send."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from mailroom.base import clock, engine
from mailroom.records.organisation import people, sign_in
from tests.factories.accounts import AccountFactory
from tests.stories.test_newcomer import QUESTION

pytestmark = pytest.mark.django_db(transaction=True)
FARTHEST = 200  # presses of Tab


def reach(page: Page, target: Locator) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _press in range(FARTHEST):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {target}")


def press(page: Page, name: str, role: str = "button") -> None:
    reach(page, page.get_by_role(role, name=name, exact=True).first)  # type: ignore[arg-type]  # one of the roles
    page.keyboard.press("Enter")


def write(page: Page, field: Locator, text: str) -> None:
    reach(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_a_newcomer_needs_no_mouse(
    live_server: Any, worker: engine.Worker, accounts: AccountFactory, open_page: Callable[..., Page]
) -> None:
    user = people.create_user("maja", "maja@elvestad.example.com", "administrator", full_name="Maja Lindqvist")
    mailbox, customer = accounts.dovecot.add_mailbox("sales"), accounts.dovecot.add_mailbox("ingrid")
    question = (QUESTION % mailbox.address).replace("ingrid@fjellbekk.example.net", customer.address)
    mailbox.folder("INBOX").deliver(question.encode())
    page = open_page()
    page.context.set_default_timeout(20_000)
    page.goto(f"{live_server.url}/login/link/{sign_in.make_link(user, clock.now())}/")
    press(page, "Sign in")
    expect(page).to_have_url(f"{live_server.url}/setup/")

    connect(page, live_server.url, accounts.values(mailbox))
    press(page, "Test")
    expect(page.get_by_text("Test passed", exact=True)).to_be_visible(timeout=20_000)

    page.goto(f"{live_server.url}/sm507010/")
    page.locator("html[data-ready]").wait_for()
    press(page, "Process all")
    expect(page.get_by_text("1 done, 0 failed").first).to_be_visible(timeout=20_000)
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile("/co409000/"))
    expect(page.get_by_text("Price for 40 crates").first).to_be_visible(timeout=20_000)
    page.locator("html[data-ready]").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.frame_locator("iframe.mail-frame").first.get_by_text("40 crates")).to_be_visible(timeout=20_000)

    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("/cr306015/"))
    expect(page.get_by_label("Subject")).to_have_value("Re: Price for 40 crates")
    page.locator("html[data-ready]").wait_for()
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("/co409080/"))
    (arrived,) = customer.folder("INBOX").wait_for(1, seconds=40)
    assert b"Re: Price for 40 crates" in arrived.raw


def connect(page: Page, address: str, values: dict[str, Any]) -> None:
    """Fill in SM204002 and save."""
    page.goto(f"{address}/sm204002/new/")
    page.locator("html[data-ready]").wait_for()
    write(page, page.get_by_label("Email account ID"), "SALES")
    for label in ("Email address", "Incoming mail server", "Outgoing mail server"):
        write(page, page.get_by_label(label), values[label.lower().replace(" ", "_")])
    servers = page.locator("#servers")
    write(page, servers.get_by_label("Username"), values["username"])
    write(page, servers.get_by_label("Password"), values["password"])
    reach(page, page.get_by_role("tab", selected=True))
    advanced = page.get_by_role("tab", name="Advanced settings")
    for _tab in range(page.get_by_role("tab").count()):
        if advanced.get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
    reach(page, page.get_by_label("My outgoing server requires authentication"))
    page.keyboard.press("Space")
    for label in (
        "Incoming server requires encrypted connection (SSL)",
        "Outgoing server encrypted connection",
    ):
        reach(page, page.get_by_label(label))
        page.keyboard.type("None")
    write(page, page.get_by_label("Incoming server port (POP3/IMAP)"), str(values["incoming_server_port"]))
    write(page, page.get_by_label("Outgoing server port (SMTP)"), str(values["outgoing_server_port"]))
    page.keyboard.press("Control+s")
    expect(page).to_have_url(f"{address}/sm204002/SALES/")
