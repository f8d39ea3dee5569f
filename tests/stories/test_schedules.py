"""Schedules as the help text makes them: from Send and receive email, with next runs, Run now and a history."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock, engine
from mailroom.flows.scheduling.models import Schedule
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import User
from tests.servers.chromium import DESK, PHONE, axe

pytestmark = pytest.mark.django_db(transaction=True)


def enter(page: Page, address: str, user: User) -> None:
    """Sign in by a one-time link."""
    page.goto(f"{address}/login/link/{sign_in.make_link(user, clock.now())}/")
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_create_a_send_and_receive_email_schedule(
    live_server: Any,
    worker: engine.Worker,
    account: EmailAccount,
    administrator: User,
    open_page: Callable[..., Page],
    viewport: dict[str, int],
) -> None:
    page = open_page(viewport=viewport)
    enter(page, live_server.url, administrator)
    page.goto(f"{live_server.url}/sm507010/")
    page.get_by_label("Action", exact=True).select_option("Send/receive all")
    page.wait_for_url("**action=Send**")
    page.locator("summary", has_text="Schedules").click()
    page.get_by_role("button", name="Add", exact=True).click()
    popup = page.locator("#dialog")
    popup.get_by_label("Description").fill("Every five minutes")
    expect(popup.get_by_label("Window ID")).to_have_value("SM507010")
    popup.get_by_label("No execution limit").check()
    popup.get_by_label("No expiration date").check()
    popup.get_by_role("tab", name="Schedule", exact=True).click()
    popup.get_by_label("Daily").check()
    popup.locator("[name=every]").fill("1")
    popup.locator("[name=interval]").fill("00:05")
    expect(popup.get_by_text("288 times a day")).to_be_visible()
    popup.get_by_role("tab", name="Filter values").click()
    expect(popup.get_by_label("Field name", exact=True).first).to_have_value("Action")
    expect(popup.get_by_label("Value", exact=True).first).to_have_value("Send/receive all")
    expect(popup.get_by_label("Ignore error", exact=True).first).not_to_be_checked()
    assert axe(page) == []
    popup.get_by_role("button", name="Save and close").click()
    expect(popup).not_to_be_visible()
    made = Schedule.objects.get()
    assert (made.description, made.interval_minutes) == ("Every five minutes", 5)

    page.goto(f"{live_server.url}/sm205020/schedule/{made.pk}/")
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_text("1 done, 0 failed").first).to_be_visible(timeout=20_000)
    page.reload()
    page.get_by_role("tab", name="History").click()
    page.locator("#history a").first.click()
    expect(page.locator("#dialog").get_by_text("No warnings and no errors.")).to_be_visible()


def test_the_lines_offer_the_fields_of_the_chosen_window(
    live_server: Any, administrator: User, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    enter(page, live_server.url, administrator)
    page.goto(f"{live_server.url}/sm205020/schedule/new/")
    page.get_by_role("tab", name="Filter values").click()
    offered = page.get_by_label("Field name", exact=True).first.locator("option")
    expect(offered).to_have_text(["–", "Account", "Type"])
    page.locator("#id_window_id").select_option("SM507010")
    expect(offered).to_have_text(["–", "Action"])


def test_change_a_scheduled_dispatch_of_pending_emails(
    live_server: Any, administrator: User, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    enter(page, live_server.url, administrator)
    page.goto(f"{live_server.url}/sm507000/")
    page.locator("summary", has_text="Schedules").click()
    page.get_by_role("button", name="Add", exact=True).click()
    popup = page.locator("#dialog")
    expect(popup.get_by_label("Window ID")).to_have_value("SM507000")
    popup.get_by_role("button", name="Save", exact=True).click()
    expect(popup).not_to_be_visible()
    page.reload()
    page.locator("summary", has_text="Schedules").click()
    page.locator("[data-command^=schedule-]").nth(1).click()
    popup.get_by_role("tab", name="Schedule", exact=True).click()
    popup.get_by_label("Weekly").check()
    popup.get_by_label("Monday").check()
    popup.locator("[name=start_time]").fill("08:00")
    popup.locator("[name=interval]").fill("00:00")
    expect(popup.locator("#next-runs").get_by_text("Mon ").first).to_be_visible()
    popup.get_by_role("button", name="Save", exact=True).click()
    expect(popup).not_to_be_visible()
    changed = Schedule.objects.get()
    assert (changed.schedule_type, changed.weekdays, changed.interval_minutes) == ("weekly", [0], 0)
