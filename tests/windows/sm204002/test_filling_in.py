"""Filling in a new account: it begins at the servers, and a provider's servers stand there as soon as it is chosen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import User
from tests.factories import pages
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
TALLEST = 120  # pixels of an area for a few extensions


@pytest.fixture
def page(open_page: Callable[..., Page], live_server: LiveServer, administrator: User, account: EmailAccount) -> Page:
    """An account that is open at its Content."""
    signed_in = pages.sign_in(open_page(), live_server.url, administrator)
    pages.go(signed_in, f"{live_server.url}/sm204002/{account.email_account_id}/")
    signed_in.get_by_role("tab", name="Content").click()
    return signed_in


def test_a_new_account_begins_at_its_servers_and_shows_those_of_the_chosen_provider(page: Page) -> None:
    steps.go(page, "/sm204002/new/")
    expect(page.get_by_role("tab", name="Servers")).to_have_attribute("aria-selected", "true")
    expect(page.locator("[name=oauth2_client_id]")).to_be_disabled()
    page.get_by_label("Provider").select_option(label="Microsoft 365")
    expect(page.get_by_label("Incoming mail server")).to_have_value("outlook.office365.com")
    expect(page.get_by_label("Outgoing mail server")).to_have_value("smtp.office365.com")
    expect(page.locator("[name=sign_in_method]")).to_have_value("oauth2_microsoft")
    expect(page.locator("[name=oauth2_client_id]")).to_be_enabled()
    page.get_by_label("Provider").select_option(label="Fastmail")
    expect(page.get_by_label("Incoming mail server")).to_have_value("imap.fastmail.com")
    expect(page.locator("[name=oauth2_client_id]")).to_be_disabled()


def test_areas_for_a_few_words_are_low(page: Page) -> None:
    box = page.get_by_label("Allowed attachment types").bounding_box()
    assert box is not None
    assert box["height"] < TALLEST
