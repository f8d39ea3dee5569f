"""New mail is here within seconds: the server pushes (IDLE), nobody waits for the next poll."""

import json
import smtplib
import time
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import accounts
from tests.servers.app import App
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import Mailbox
from tests.servers.smtp import SmtpServer

PASSWORD = "correct horse battery staple"


def subjects(app: App, token: str) -> list[str]:
    request = urllib.request.Request(f"{app.url}/api/v1/emails", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return [item["subject"] for item in json.load(answer)["items"]]


def wait(app: App, token: str, subject: str, seconds: float) -> float:
    """Seconds until the email is stored; AssertionError when it does not come."""
    began = time.monotonic()
    while subject not in subjects(app, token):
        assert time.monotonic() - began < seconds, app.log()
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.fixture
def mailbox(installed: App, dovecot: DovecotServer, smtp_server: SmtpServer) -> Mailbox:
    """The mailbox of the one account of a running installation, whose next poll is an hour away."""
    mailbox = dovecot.add_mailbox()
    values = {"email_account_id": "PUSH", "receive_every_seconds": 3600} | accounts.receiving(dovecot, mailbox)
    (installed.folder / "accounts.json").write_text(json.dumps([values]))
    installed.start()
    assert installed.run("accounts", "import", str(installed.folder / "accounts.json")).returncode == 0
    person = ("users", "create", "reader", "--email", "r@example.org", "--role", "administrator", "--password-stdin")
    assert installed.run(*person, given=PASSWORD + "\n").returncode == 0
    smtp_server.forget()
    return mailbox


def test_a_mail_by_smtp_is_stored_and_on_screen_within_five_seconds_without_a_reload(
    installed: App, mailbox: Mailbox, smtp_server: SmtpServer, open_page: Callable[..., Page]
) -> None:
    """T36: new mail is here within 5 s with IDLE, while the next poll is an hour away."""
    token = installed.run("users", "token", "reader").stdout.split()[-1]

    def send(subject: str) -> None:
        raw = f"From: a@example.org\r\nSubject: {subject}\r\n\r\nHi\r\n"
        with smtplib.SMTP(smtp_server.host, smtp_server.port) as smtp:
            smtp.sendmail("a@example.org", [mailbox.address], raw)

    send("the first one tells that receiving runs")
    wait(installed, token, "the first one tells that receiving runs", 30)
    page = open_page()
    page.goto(f"{installed.url}/login/")
    page.get_by_label("Username").fill("reader")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{installed.url}/co409000/?tab=all")
    expect(page.locator("#list").get_by_text("the first one tells")).to_be_visible()
    page.evaluate("() => { window.stays = true; }")
    taken = []
    for number in range(3):  # a machine under load may be late once
        began = time.monotonic()
        send(f"pushed {number}")
        expect(page.locator("#list").get_by_text(f"pushed {number}", exact=True)).to_be_visible(timeout=20_000)
        taken.append(time.monotonic() - began)
        if taken[-1] < 5:
            break
    assert min(taken) < 5
    assert page.evaluate("() => window.stays"), "the page was loaded anew"
