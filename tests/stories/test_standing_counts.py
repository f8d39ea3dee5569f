"""What waits, failed or was put aside is told in every window, at once, wide and narrow, and leads to its list."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.records.emails.models import Status
from tests.factories import emails
from tests.servers import chromium
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
SENT = {"direction": "outgoing", "box": "sent"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [chromium.DESK, chromium.PHONE], ids=["desk", "phone"])
def test_a_failure_is_told_without_a_reload_and_leads_to_its_list(
    at: Opener, viewport: dict[str, int], scheme: str
) -> None:
    emails.make("Waits", status=Status.PENDING, **SENT)
    page = at("/co409000/", viewport=viewport, color_scheme=scheme)
    standing = page.get_by_role("group", name="Emails that wait or failed")
    expect(standing.get_by_role("link")).to_have_count(1)
    expect(standing.get_by_role("link", name="1 pending email")).to_be_visible()
    emails.make("Lost", status=Status.FAILED, error="550 no such user", **SENT)
    expect(standing.get_by_role("link", name="1 failed email")).to_be_visible()
    assert chromium.axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    standing.get_by_role("link", name="1 failed email").click()
    page.wait_for_url("**/co409070/?tab=failed")
    expect(steps.row(page, "Lost")).to_be_visible()
    expect(page.locator("#list tr[data-row]")).to_have_count(1)


def test_a_window_without_emails_tells_of_the_quarantine_at_once_too(at: Opener) -> None:
    page = at("/cr302000/")
    standing = page.locator("#standing")
    expect(standing.get_by_role("link")).to_have_count(0)
    QuarantinedMessage.objects.create(
        account=emails.some_account(), raw_sha256=b"1" * 32, reason="Unreadable", step="filing", size=9, at=clock.now()
    )
    standing.get_by_role("link", name="1 quarantined email").click()
    page.wait_for_url("**/sm507020/?tab=open")
    expect(steps.row(page, "Unreadable")).to_be_visible()
