"""Keys: each leads to one window, and the list under ? says of commands what their buttons say."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.urls import get_resolver
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from mailroom.faces.windows.kit import registry
from mailroom.records.organisation.models import User
from tests.factories import emails, pages


def test_no_two_windows_have_the_same_keys() -> None:
    get_resolver().url_patterns  # noqa: B018  # loads every window
    used = Counter(window.keys for window in registry.WINDOWS if window.keys)
    assert not {keys: times for keys, times in used.items() if times > 1}


@pytest.mark.django_db(transaction=True)
def test_the_list_of_keys_says_what_the_commands_say(
    open_page: Callable[..., Page], live_server: LiveServer, administrator: User
) -> None:
    emails.make("Order 7")
    page = pages.sign_in(open_page(), live_server.url, administrator)
    pages.go(page, f"{live_server.url}/co409000/")
    page.keyboard.press("?")
    said = page.locator("#keys-dialog dd").all_inner_texts()
    assert {"Reply all", "Mark as unread", "Internal note", "All emails"} <= set(said)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/co409070/**")
