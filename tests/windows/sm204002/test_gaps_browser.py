"""Server and store in Chromium: nothing compared, nothing missing, mails missing; desk and phone, light and dark."""

import os
from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from mailroom.base import clock
from mailroom.flows.receiving import receive, reconcile
from mailroom.flows.receiving.models import ServerMessage
from mailroom.flows.watching import alerts
from mailroom.flows.watching.alerts import Found
from mailroom.flows.watching.models import Kind
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User
from tests.factories import pages
from tests.factories.mails import letter
from tests.servers import chromium

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Re: Order confirmation for the delivery of spare parts to the workshop in Kristiansund, second part " * 2


@pytest.fixture
def at(open_page: Callable[..., Page], live_server: LiveServer, administrator: User) -> Callable[..., Page]:
    """Opens a page, signed in as the administrator."""

    def open_at(path: str, **options: object) -> Page:
        return pages.go(pages.sign_in(open_page(**options), live_server.url, administrator), f"{live_server.url}{path}")

    return open_at


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [(chromium.DESK, "light"), (chromium.PHONE, "light"), (chromium.DESK, "dark"), (chromium.PHONE, "dark")],
)
def test_the_page_has_no_accessibility_violation_and_fits(
    at: Callable[..., Page], account: EmailAccount, now: datetime, viewport: dict[str, int], scheme: str
) -> None:
    def look(name: str) -> None:
        page = at(f"/sm204002/do/gaps/{account.email_account_id}/", color_scheme=scheme, viewport=viewport)
        if os.environ.get("SHOTS"):
            page.screenshot(path=f"{os.environ['SHOTS']}/{name}-{viewport['width']}-{scheme}.png", full_page=True)
        assert chromium.axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]

    look("new")
    account.mailbox.folder("INBOX").deliver(letter("kept"), letter("lost", subject=LONG), letter("lost too"))
    assert receive.receive_account(account.pk, now).stored == 3
    reconcile.reconcile(account.pk, now)
    look("whole")
    Email.objects.exclude(subject="kept").delete()
    ServerMessage.objects.filter(email=None).delete()
    reconcile.reconcile(account.pk, now)
    look("gaps")


def test_the_alerts_in_the_rail_are_named_as_they_are_read(at: Callable[..., Page], account: EmailAccount) -> None:
    alerts.raise_(Found(Kind.CANNOT_SEND, "SALES", "SALES cannot send", "Press Test", account), clock.now())
    page = at("/sm507000/")
    assert page.get_by_role("link", name="Alerts 1", exact=True).is_visible()
    assert chromium.axe(page, "label-content-name-mismatch") == []
