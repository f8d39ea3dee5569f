"""Counts of pending, failed and quarantined emails in every title bar: by rights, and after the page among many."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mailroom.base import clock
from mailroom.faces.windows.kit import changes, tabs
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.records.emails import status
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee
from tests.factories import emails

pytestmark = pytest.mark.django_db
LINE = re.compile(r'class="standing__line[^"]*" href="([^"]*)"[^>]*aria-label="([^"]*)"')
SENT = {"direction": "outgoing", "box": "sent"}


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabs, "KEPT", tabs._Kept())
    monkeypatch.setattr(changes, "FRESH_SECONDS", 0.0)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that counts as large."""
    monkeypatch.setattr(tabs, "FEW_EMAILS", 0)


def put_aside() -> None:
    QuarantinedMessage.objects.create(
        account=emails.some_account(), raw_sha256=b"1" * 32, reason="Unreadable", step="filing", size=9, at=clock.now()
    )


def shown(client: Client, address: str = "/co409000/") -> dict[str, str]:
    """What the title bar of a page tells, with the address behind it."""
    return {words: url.replace("&amp;", "&") for url, words in LINE.findall(client.get(address).content.decode())}


def test_nothing_pending_or_failed_is_shown_as_nothing(boss: Client) -> None:
    emails.make("Fine")
    assert shown(boss) == {}


@pytest.mark.parametrize("address", ["/", "/co409000/", "/cr302000/", "/sm204001/", "/cr306015/new/", "/sm203010/"])
def test_every_window_tells_of_what_waits_and_what_failed(boss: Client, address: str) -> None:
    emails.make("Waits", status="pending", **SENT)
    emails.make("Goes", status="in_process", **SENT)
    emails.make("Lost", status="failed", **SENT)
    put_aside()
    assert list(shown(boss, address)) == ["1 failed email", "2 pending emails", "1 quarantined email"]


def test_each_count_leads_to_exactly_what_it_counts(boss: Client) -> None:
    emails.make("Waits", status="pending", **SENT)
    emails.make("Lost", status="failed", **SENT)
    emails.make("Fine", **SENT)
    put_aside()
    expected = {"1 failed email": "Lost", "1 pending email": "Waits", "1 quarantined email": "Unreadable"}
    found = shown(boss)
    assert set(found) == set(expected)
    for words, subject in expected.items():
        page = boss.get(found[words]).content.decode()
        assert re.findall(r'data-open="\d+"[^>]*>([^<]*)<', page) == [subject]


def test_a_count_knows_the_rights_of_the_person(signed_in: Client, boss: Client) -> None:
    emails.make("Of the boss", status="failed", owner=_employee("E1"), **SENT)
    emails.make("Of nobody", status="failed", **SENT)
    put_aside()
    assert list(shown(boss)) == ["2 failed emails", "1 quarantined email"]
    assert list(shown(signed_in)) == ["1 failed email"]


def test_the_counts_cost_no_more_questions_with_many_rows(boss: Client) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            boss.get("/cr302000/")
        return len(asked)

    boss.get("/cr302000/")
    none = questions()
    for number in range(20):
        emails.make("Lost", status="failed" if number % 2 else "pending", **SENT)
    assert questions() == none


@pytest.mark.usefixtures("many")
def test_among_many_emails_the_page_is_sent_first_and_asks_for_its_counts(boss: Client) -> None:
    lost = emails.make("Lost", status="failed", **SENT)
    page = boss.get("/co409000/").content.decode()
    assert LINE.findall(page) == []
    assert 'hx-get="/standing/" hx-trigger="load"' in page
    answer = boss.get("/standing/").content.decode()
    assert [words for _url, words in LINE.findall(answer)] == ["1 failed email"]
    assert "hx-trigger" not in answer
    again = boss.get("/co409000/").content.decode()
    assert [words for _url, words in LINE.findall(again)] == ["1 failed email"]
    assert "/standing/" not in again
    status.delete(Email.objects.get(pk=lost.pk), clock.now(), None)
    stale = boss.get("/co409000/").content.decode()
    assert LINE.findall(stale), "what was counted stands until the new count is there"
    assert 'hx-get="/standing/"' in stale
    assert LINE.findall(boss.get("/standing/").content.decode()) == []


@pytest.mark.usefixtures("many")
def test_a_person_is_never_told_what_another_one_counted(boss: Client, signed_in: Client) -> None:
    emails.make("Of the boss", status="failed", owner=_employee("E1"), **SENT)
    boss.get("/standing/")
    assert shown(signed_in) == {}


@pytest.mark.parametrize("size", ["few", "many"])
def test_the_navigation_brings_fresh_counts_with_it(boss: Client, size: str, request: pytest.FixtureRequest) -> None:
    if size == "many":
        request.getfixturevalue("many")
    emails.make("Lost", status="failed", **SENT)
    answer = boss.get("/navigation/?window=CO409000").content.decode()
    assert 'id="standing"' in answer
    assert 'hx-swap-oob="true"' in answer
    assert [words for _url, words in LINE.findall(answer)] == ["1 failed email"]


def test_the_mark_moves_when_mail_is_put_aside(boss: Client) -> None:
    before = boss.get("/changes/").content
    put_aside()
    assert boss.get("/changes/").content != before


def test_the_counts_are_for_people_who_are_signed_in_and_only_to_be_read(client: Client, boss: Client) -> None:
    assert client.get("/standing/").status_code == 302
    assert boss.post("/standing/").status_code == 405


def _employee(key: str) -> Employee:
    return Employee.objects.get(employee_id=key)
