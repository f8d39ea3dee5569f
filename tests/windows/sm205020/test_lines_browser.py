"""The lines of Filter values in Chromium: a choice by keyboard moves neither the focus nor what is typed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.records.organisation.models import User
from tests.factories import pages

pytestmark = pytest.mark.django_db(transaction=True)


def test_choosing_a_field_keeps_the_focus_and_what_is_typed_into_its_value(
    open_page: Callable[..., Page], live_server: LiveServer, administrator: User
) -> None:
    page = pages.sign_in(open_page(), live_server.url, administrator)
    pages.go(page, f"{live_server.url}/sm205020/schedule/new/?window_id=SM507000")
    page.get_by_role("tab", name="Filter values").click()
    line = page.locator("#filter-lines tr").last
    field, value = line.get_by_label("Field name"), line.get_by_label("Value", exact=True)
    answers = pages.hold(page, "**/sm205020/line/**")
    field.focus()
    field.select_option(index=1)
    pages.held(page, answers)
    expect(field).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # Relative
    pages.held(page, answers, 2)
    page.keyboard.press("Tab")
    page.keyboard.type("@Tday")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    for answer in answers:
        answer.continue_()
    expect(value).to_have_attribute("list", re.compile("-dates$"))
    expect(value).to_be_focused()
    page.keyboard.type("o")
    expect(value).to_have_value("@Today")
