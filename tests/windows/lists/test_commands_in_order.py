"""Commands and fetched parts of a list wait for each other: no press is lost, and the last one is what one sees."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User
from tests.factories import emails, pages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def incoming(open_page: Callable[..., Page], live_server: LiveServer, agent: User) -> Page:
    for number in range(1, 5):
        emails.make(f"Letter {number}")
    return pages.go(pages.sign_in(open_page(), live_server.url, agent), f"{live_server.url}/co409000/")


def test_commands_given_while_the_first_is_on_its_way_are_all_carried_out(incoming: Page) -> None:
    page = incoming
    found = pages.hold(page, "**/co409000/do/archive/")
    titles = []
    for _time in range(3):
        page.keyboard.press("j")
        row = page.locator("#list tr[aria-current=true] a[data-open]")
        titles.append(row.inner_text())
        expect(page.locator("#reader")).to_have_attribute("aria-label", titles[-1])
        page.keyboard.press("e")
    for number in (1, 2, 3):
        pages.held(page, found, number).continue_()
    expect(page.locator("#list tbody tr[data-row]")).to_have_count(1)
    assert set(Email.objects.filter(archived=True).values_list("subject", flat=True)) == set(titles)


def test_the_row_that_was_opened_last_is_read_in_whatever_order_the_answers_come(incoming: Page) -> None:
    page = incoming
    found = pages.hold(page, "**/co409000/?open=*")
    for order in ((1, 2), (4, 3)):  # as asked, and the other way round
        page.keyboard.press("j")
        page.keyboard.press("j")
        last = page.locator("#list tr[aria-current=true] a[data-open]").inner_text()
        pages.held(page, found, max(order))
        for number in order:
            found[number - 1].continue_()
            page.wait_for_timeout(300)
        expect(page.locator("#reader")).to_have_attribute("aria-label", last)


def test_what_is_checked_stays_checked_until_something_was_done_with_it(incoming: Page) -> None:
    page = incoming
    page.get_by_label("Select Letter 1").check()
    page.get_by_label("Select Letter 2").check()
    chosen = page.locator(".toolbar__end [data-selected-words]")
    for event in ("click", "mailroom:refresh"):  # Refresh, and a job or a countdown that ends
        with page.expect_response("**/co409000/"):
            page.locator("[data-refresh]").dispatch_event(event)
        expect(chosen).to_have_text("2 selected")
    page.get_by_role("link", name="Letter 3").click()
    page.locator("#reader [data-command=archive]").click()
    expect(page.locator("#toasts")).to_contain_text("archived")
    expect(page.get_by_label("Select Letter 1")).to_be_checked()
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Delete 2 emails").click()
    expect(page.get_by_label("Select Letter 4")).to_be_visible()
    expect(page.locator("#list tbody tr[data-row]")).to_have_count(1)
    expect(chosen).to_have_text("")


def test_a_press_on_a_row_that_is_replaced_meanwhile_opens_it(incoming: Page) -> None:
    page = incoming
    link = page.get_by_role("link", name="Letter 2")
    box = link.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    gone = link.element_handle()
    page.locator("[data-refresh]").dispatch_event("click")
    page.wait_for_function("one => !one.isConnected", arg=gone)
    page.mouse.up()
    expect(page.locator("#reader")).to_have_attribute("aria-label", "Letter 2")


def test_a_command_is_about_what_is_read_when_the_list_came_anew(incoming: Page) -> None:
    page = incoming
    page.get_by_role("link", name="Letter 3").click()
    expect(page.locator("#reader")).to_have_attribute("aria-label", "Letter 3")
    with page.expect_response("**/co409000/"):
        page.locator("[data-refresh]").dispatch_event("mailroom:refresh")
    page.locator(".toolbar summary", has_text="Actions").first.click()
    page.locator(".toolbar details[open] .menu__item", has_text="Archive").first.click()
    expect(page.locator("#toasts")).to_contain_text("1 email archived")
    assert list(Email.objects.filter(archived=True).values_list("subject", flat=True)) == ["Letter 3"]
