"""Schedules, settings and set-up without barriers: no axe violation, light and dark, enlarged, with forced colours."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.flows.scheduling.models import Schedule
from mailroom.records.notifications import standard
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import User
from tests.servers.chromium import axe

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS: dict[str, dict[str, Any]] = {
    "dark, no motion": {"color_scheme": "dark", "reduced_motion": "reduce"},
    "twice as large": {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2},
    "forced colours": {"forced_colors": "active"},
}


def barriers(page: Page, look: str) -> list[str]:
    """What axe finds; with forced colours the system decides on contrast, and axe sees the page's own colours."""
    return [one for one in axe(page) if look != "forced colours" or not one.startswith("color-contrast")]


@pytest.mark.parametrize("look", LOOKS)
def test_the_windows_of_settings_and_schedules_shut_nobody_out(
    live_server: Any, administrator: User, open_page: Callable[..., Page], look: str
) -> None:
    schedule = Schedule.objects.create(
        description="Nightly", window_id="SM507010", action="Process all", starts_on="2026-11-01"
    )
    template = standard.find(standard.WELCOME)
    assert template is not None
    page = open_page(**LOOKS[look])
    page.goto(f"{live_server.url}/login/link/{sign_in.make_link(administrator, clock.now())}/?next=/sm203010/")
    page.get_by_role("button", name="Sign in").click()
    for address, tabs in {
        "/sm203010/": ("Windows", "Password", "API tokens"),
        "/sm205020/": (),
        f"/sm205020/schedule/{schedule.pk}/": ("Schedule", "Filter values", "Conditions", "History"),
        f"/sm204003/{template.pk}/": (),
        "/setup/": (),
    }.items():
        page.goto(f"{live_server.url}{address}")
        assert barriers(page, look) == [], address
        for tab in tabs:
            page.get_by_role("tab", name=tab, exact=True).press("Enter")
            assert barriers(page, look) == [], f"{address} {tab}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address


def test_a_signature_stands_at_the_end_of_a_new_email(
    live_server: Any, administrator: User, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{live_server.url}/login/link/{sign_in.make_link(administrator, clock.now())}/?next=/sm203010/")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".jodit-wysiwyg").wait_for()  # until then the plain field stands there
    page.get_by_role("textbox", name="Signature").fill("Anna Admin, Elvestad")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    page.goto(f"{live_server.url}/cr306015/new/")
    expect(page.get_by_role("textbox", name="Message")).to_contain_text("Anna Admin, Elvestad")
