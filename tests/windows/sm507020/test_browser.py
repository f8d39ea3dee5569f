"""Quarantine in Chromium: light and dark, desk and phone, without an accessibility violation, by keyboard too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.base import clock
from mailroom.faces.windows.sm507020_quarantine import views
from mailroom.flows.receiving import filing
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from mailroom.records.organisation import people
from mailroom.records.organisation.models import User
from tests.factories import pages
from tests.factories.mails import letter
from tests.servers import chromium

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at(open_page: Callable[..., Page], live_server: LiveServer, administrator: User) -> Callable[..., Page]:
    """Opens a page, signed in as the administrator, with two mails in quarantine."""
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    for number, reason in enumerate(("PartsMissing: 3 files were read in this mail, and 2 were stored.", "ValueError")):
        filing.quarantine(account, store.put(letter(f"m{number}")), reason, "filing", clock.now())

    def open_at(path: str, user: User = administrator, **options: object) -> Page:
        return pages.go(pages.sign_in(open_page(**options), live_server.url, user), f"{live_server.url}{path}")

    return open_at


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(chromium.DESK, "light"), (chromium.PHONE, "dark")], ids=["desk", "phone"]
)
def test_the_windows_have_no_accessibility_violation(
    at: Callable[..., Page], viewport: dict[str, int], scheme: str
) -> None:
    key = QuarantinedMessage.objects.order_by("pk").values_list("pk", flat=True)[0]
    for place in ("/sm507020/", f"/sm507020/?open={key}", "/sm507030/"):
        page = at(place, color_scheme=scheme, viewport=viewport)
        assert chromium.axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_discard_is_asked_and_done_by_keyboard(at: Callable[..., Page]) -> None:
    key = QuarantinedMessage.objects.order_by("pk").values_list("pk", flat=True)[0]
    page = at(f"/sm507020/?open={key}")
    page.locator("#reader").focus()
    page.keyboard.press("Delete")
    button = page.get_by_role("button", name="Discard 1 email")
    expect(button).to_be_visible()
    button.press("Enter")
    expect(page.get_by_text("1 email discarded")).to_be_visible()
    assert QuarantinedMessage.objects.get(pk=key).closed_how == "discarded"


def test_the_owner_of_a_personal_account_goes_from_the_title_bar_to_his_mail_and_replays_it(
    at: Callable[..., Page],
) -> None:
    owner = people.create_user("owner", "", "agent")
    own = EmailAccount.objects.create(
        email_account_id="OWN", email_address="own@mailroom.test", personal_owner=owner, active=False
    )
    filing.quarantine(own, store.put(letter("mine", subject="Mine")), "ValueError: his own", "filing", clock.now())
    page = at("/co409070/", owner)
    page.get_by_role("link", name="1 quarantined email").click()
    expect(page.get_by_text("PartsMissing")).to_have_count(0)
    page.get_by_role("link", name="ValueError: his own").click()
    expect(page.locator("#reader")).to_contain_text("Subject: Mine")
    page.locator("#reader").get_by_role("button", name="Replay").click()
    expect(page.get_by_text("1 email filed")).to_be_visible()
    expect(page.get_by_role("link", name="1 quarantined email")).to_have_count(0)
    assert Email.objects.get().account == own


def test_a_job_shows_its_progress_beside_an_open_mail(at: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 1)
    key = QuarantinedMessage.objects.order_by("pk").values_list("pk", flat=True)[0]
    page = at(f"/sm507020/?open={key}")
    page.locator(".toolbar [data-command=replay-all]").click()
    expect(page.locator("#job").get_by_role("button", name="Cancel")).to_be_visible()
