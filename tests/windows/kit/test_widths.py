"""Columns are never squeezed out of sight: a list that is too wide for the window scrolls sideways."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.records.emails.models import Attachment, Email
from mailroom.records.organisation.models import User
from tests.factories import emails, pages

pytestmark = pytest.mark.django_db(transaction=True)
READABLE = 150  # pixels


@pytest.fixture
def held_back(administrator: User) -> Email:
    """An email with a file that waits for its release."""
    email = emails.make("Files of three kinds")
    Attachment.objects.create(email=email, name="tool.exe", size=6, state=Attachment.State.QUARANTINED)
    return email


@pytest.mark.parametrize("width", [1440, 1000])
def test_the_column_that_takes_what_is_left_stays_readable(
    open_page: Callable[..., Page], live_server: LiveServer, administrator: User, held_back: Email, width: int
) -> None:
    page = pages.sign_in(open_page(viewport={"width": width, "height": 800}), live_server.url, administrator)
    pages.go(page, f"{live_server.url}/sm507030/")
    head = page.get_by_role("columnheader", name="File")
    expect(head).to_be_visible()
    box = head.bounding_box()
    assert box is not None
    assert box["width"] > READABLE
    expect(page.get_by_text("tool.exe")).to_be_visible()
