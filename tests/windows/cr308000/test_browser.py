"""A mass email in Chromium: commands never work on text that is not saved, and preparing ends beside what one types."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.base import clock
from mailroom.flows.mailings import preparing
from mailroom.flows.mailings.models import MassEmail
from mailroom.flows.scheduling import jobs
from mailroom.records.organisation import people
from mailroom.records.organisation.models import User
from tests.factories import mass_mail, pages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def marketer(transactional_db: None) -> User:
    return people.create_user("marie", "marie@mailroom.test", "marketing")


@pytest.fixture
def crates(marketer: User) -> MassEmail:
    now = clock.now()
    return mass_mail.mass_email(now, mass_mail.marketing_list(now, mass_mail.contact()), by=marketer)


def test_a_command_asks_to_save_what_was_changed_and_works_on_that(
    open_page: Callable[..., Page], live_server: LiveServer, marketer: User, crates: MassEmail
) -> None:
    preparing.at_once(crates.pk, clock.now())
    page = pages.sign_in(open_page(), live_server.url, marketer)
    pages.go(page, f"{live_server.url}/cr308000/{crates.mass_email_id}/")
    asked: list[str] = []
    answers = iter((False, True, True))

    def answer(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.accept() if next(answers) else dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", answer)
    page.locator(".jodit-wysiwyg").wait_for()
    preview = page.get_by_role("button", name="Preview", exact=True)
    preview.click()  # nothing was changed: nothing is asked
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    assert not asked
    page.locator(".jodit-wysiwyg").fill("Corrected ((FirstName))")
    preview.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "Save them first?" in asked[0]
    send = page.get_by_role("button", name="Send", exact=True)
    send.click()
    expect(page.locator("#toasts")).to_contain_text("“Send” is not possible")
    crates.refresh_from_db()
    assert (crates.status, "Corrected" in crates.body) == ("on_hold", True)
    page.get_by_label("Subject").fill("Corrected subject")
    preview.click()
    expect(page.get_by_role("dialog")).to_contain_text("Corrected subject")
    assert len(asked) == 3


@pytest.mark.parametrize("typing", [True, False])
def test_preparing_ends_without_taking_what_is_typed(
    open_page: Callable[..., Page], live_server: LiveServer, marketer: User, crates: MassEmail, typing: bool
) -> None:
    preparing.start(crates.pk, marketer, clock.now())
    page = pages.sign_in(open_page(), live_server.url, marketer)
    pages.go(page, f"{live_server.url}/cr308000/{crates.mass_email_id}/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.evaluate("() => { window.stays = true; }")
    line = page.get_by_label("Description")
    if typing:
        line.fill("Half writ")
    crates.refresh_from_db()
    jobs.run(crates.job_id)
    expect(page.locator("[data-figure=recipients]")).to_have_text("1")
    expect(page.locator("#toasts")).to_contain_text("1 recipient")
    page.get_by_role("tab", name="Recipients").click()
    expect(page.locator("[data-outcome]")).to_contain_text("Ingrid Solheim")
    if typing:
        expect(line).to_have_value("Half writ")
        page.wait_for_timeout(2500)
    else:
        expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
        expect(page.get_by_label("Subject")).to_be_enabled()
    assert page.evaluate("() => window.stays"), "the page was loaded anew"
    assert not asked
    expect(page.locator("#toasts .toast")).to_have_count(1)


def test_no_field_that_is_closed_opens_by_its_condition(crates: MassEmail, marketer: User) -> None:
    client, where = pages.signed_in(marketer), f"/cr308000/{crates.mass_email_id}/"
    assert 'data-enabled-when="source=lists"' in pages.read(client, where)
    preparing.start(crates.pk, marketer, clock.now())  # text and recipients stay as they are meanwhile
    assert "data-enabled-when" not in pages.read(client, where)
