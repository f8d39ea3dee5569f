"""Lists that follow what happens: the change mark, a new mail on screen, and what a page costs."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.base import clock
from mailroom.faces.windows.kit import changes as windows_changes
from mailroom.records.emails import changes, status
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User
from tests.factories import emails

# One answer of each kind is lost on its way, as when a laptop changes its network.
LOSES_THE_LINE = """() => {
    const [fetch, ajax] = [window.fetch, window.htmx.ajax];
    window.fetch = async (...asked) => {
        window.fetch = fetch;
        return { ok: true, redirected: false, text: () => Promise.reject(new TypeError("network error")) };
    };
    window.htmx.ajax = () => { window.htmx.ajax = ajax; return Promise.reject(); };
}"""
STATIC = Path(windows_changes.__file__).parents[1] / "static"


@pytest.mark.django_db
def test_the_mark_moves_when_a_mail_comes_or_changes_its_state(signed_in: Client, client: Client) -> None:
    marks = [changes.mark()]
    mail = emails.make("One")
    marks.append(changes.mark())
    status.archive(mail, clock.now(), None)
    marks.append(changes.mark())
    assert len(set(marks)) == 3
    windows_changes.KEPT.read_at = float("-inf")
    told = signed_in.get("/changes/").content.decode()
    assert ".".join(told.split(".")[:2]) in marks  # then the newest mention and the newest of the quarantine
    assert signed_in.post("/changes/").status_code == 405
    assert client.get("/changes/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/co409000/", "/co409080/", "/co409070/", "/co409000/?q=steel", "/co409000/?sort=subject"]
)
def test_a_page_asks_as_many_questions_for_sixty_rows_as_for_two(
    signed_in: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows_changes, "FRESH_SECONDS", 3600)  # a slow page would read its mark twice

    def questions() -> int:
        windows_changes.KEPT.read_at = float("-inf")
        with CaptureQueriesContext(connection) as asked:
            assert signed_in.get(address).status_code == 200
        return len(asked)

    for box, way in (("incoming", "incoming"), ("sent", "outgoing")) * 2:
        emails.make("steel", "steel", box=box, direction=way)
    signed_in.get(address)
    few = questions()
    for _number in range(30):
        emails.make("steel", "steel", sender=("A", "a@b.example"))
        emails.make("steel", "steel", box="sent", direction="outgoing", to=[("", "c@d.example")])
    assert questions() == few


def test_the_script_of_the_windows_is_below_sixty_kilobytes_compressed() -> None:
    own = sorted((STATIC / "mailroom/js").glob("*.js"))
    size = sum(len(gzip.compress(file.read_bytes())) for file in own if file.name != "editor.js")
    size += len(gzip.compress((STATIC / "vendor/htmx.min.js").read_bytes()))
    assert size < 60_000


@pytest.mark.django_db(transaction=True)
def test_a_new_mail_slides_in_and_what_is_chosen_and_read_stays(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    password = "correct horse battery"
    User.objects.create_user("kari", "kari@mailroom.test", password, role="agent")
    for number in range(3):
        emails.make(f"Letter {number}")
    page = open_page()
    page.goto(f"{live_server.url}/login/?next=/co409000/")
    page.get_by_label("Username").fill("kari")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/co409000/")
    page.locator("html[data-ready]").wait_for()
    page.locator("#list input[name=ids]").nth(1).check()
    chosen = page.locator("#list input[name=ids]").nth(1).get_attribute("value")
    page.evaluate(LOSES_THE_LINE)
    emails.make("Just in")
    expect(page.locator("#list")).to_contain_text("Just in", timeout=15_000)
    expect(page.locator(f"#list input[value='{chosen}']")).to_be_checked()
    assert re.search(r"^\d+\.\d+\.\d+\.\d+$", page.locator("#list").get_attribute("data-mark") or "")
    assert Email.objects.count() == 4
