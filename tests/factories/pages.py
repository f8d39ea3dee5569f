"""Pages of somebody who is signed in, without the sign-in page, which has tests of its own."""

import lxml.html
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Route

from mailroom.records.organisation.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in(user: User) -> Client:
    """Django's own client with a session of this user."""
    client = Client()
    client.force_login(user, BACKEND)
    return client


def read(client: Client, address: str) -> str:
    """The text of a page that answers 200."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def sign_in(page: Page, server: str, user: User) -> Page:
    """Give the page's browser a session of this user on the server at that URL; the page."""
    visitor, name = signed_in(user), settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": visitor.cookies[name].value, "url": server}])
    return page


def go(page: Page, address: str) -> Page:
    """Open an address and wait until its script is ready; the page."""
    page.goto(address)
    page.locator("html[data-ready]").wait_for()
    return page


def form_of(page: str) -> dict[str, list[str]]:
    """What a browser would post of the record's form on a page, by names."""
    [form] = lxml.html.fromstring(page).xpath('//form[@id="record-form"]')
    for area in form.iter("textarea"):
        area.text = (area.text or "").removeprefix("\n")  # so does a browser
    values: dict[str, list[str]] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    return values


def hold(page: Page, address: object) -> list[Route]:
    """The requests to an address (as for `page.route`): each stays on its way until the test lets it go."""
    found: list[Route] = []
    page.route(address, lambda route: found.append(route))  # type: ignore[arg-type]  # a pattern or a function
    return found


def held(page: Page, found: list[Route], count: int = 1) -> Route:
    """The request of this number, once it was made."""
    for _time in range(400):
        if len(found) >= count:
            return found[count - 1]
        page.wait_for_timeout(25)
    raise AssertionError(f"{len(found)} requests were made, not {count}")
