"""Counts of the filter tabs: in the page among few emails, after it among many, and kept while nothing happens."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mailroom.base import clock
from mailroom.faces.windows.kit import changes, tabs
from mailroom.records.emails import status
from mailroom.records.emails.models import Email

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mails")]
WAITS = 'hx-trigger="load" hx-target="#filter-tabs"'  # a page without the counts of its tabs asks for them
ASKS = {"HX-Request": "true", "HX-Target": "filter-tabs"}


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that counts as large; nothing is remembered from before."""
    monkeypatch.setattr(tabs, "FEW_EMAILS", 0)
    monkeypatch.setattr(tabs, "KEPT", tabs._Kept())
    monkeypatch.setattr(changes, "FRESH_SECONDS", 0.0)


def shown(page: str) -> list[str]:
    """The counts of the tabs of a page, in their order."""
    return re.findall(r'class="tab__n[^"]*">([^<]*)<', page)


def test_among_few_emails_the_page_has_its_counts(boss: Client) -> None:
    page = boss.get("/co409070/").content.decode()
    assert "4" in shown(page)
    assert WAITS not in page


@pytest.mark.usefixtures("many")
def test_among_many_emails_the_page_asks_for_its_counts_once_it_stands(boss: Client) -> None:
    page = boss.get("/co409070/?tab=all").content.decode()
    assert set(shown(page)) == {tabs.NOT_COUNTED}
    assert 'hx-get="/co409070/?tab=all" hx-trigger="load" hx-target="#filter-tabs"' in page
    answer = boss.get("/co409070/?tab=all", headers=ASKS).content.decode()
    assert shown(answer)[0] == "4"
    assert 'id="list-count" data-count="4"' in answer
    assert "<table" not in answer
    assert WAITS not in answer


@pytest.mark.usefixtures("many")
def test_counted_tabs_are_not_counted_again_until_an_email_moves(boss: Client) -> None:
    boss.get("/co409070/?tab=all", headers=ASKS)
    with CaptureQueriesContext(connection) as asked:
        page = boss.get("/co409070/?tab=all&sort=subject").content.decode()
    assert not [query for query in asked if '"count_3"' in query["sql"]], "the tabs were counted in the page"
    assert shown(page)[0] == "4"
    assert WAITS not in page
    status.archive(Email.objects.get(subject="Question"), clock.now(), None)
    moved = boss.get("/co409070/?tab=all").content.decode()
    assert shown(moved)[0] == "4", "what was counted stands until the new count is there"
    assert WAITS in moved


@pytest.mark.usefixtures("many")
def test_a_person_is_never_shown_what_another_one_counted(boss: Client, signed_in: Client) -> None:
    boss.get("/co409070/?tab=all", headers=ASKS)
    assert set(shown(signed_in.get("/co409070/?tab=all").content.decode())) == {tabs.NOT_COUNTED}


@pytest.mark.usefixtures("many")
def test_the_last_page_of_a_list_that_is_not_counted_yet_is_shown(boss: Client) -> None:
    page = boss.get("/co409070/?tab=all&last=1").content.decode()
    assert page.count("data-row=") == 4


def test_a_stranger_gets_no_counts_and_a_senseless_address_gets_the_first_tabs(client: Client, boss: Client) -> None:
    assert "tab__n" not in client.get("/co409070/", headers=ASKS).content.decode()
    assert shown(boss.get("/co409070/?tab=nonsense&filter=zzz", headers=ASKS).content.decode())
    assert boss.put("/co409070/", headers=ASKS).status_code == 405


def test_only_so_many_views_are_remembered() -> None:
    kept = tabs._Kept()
    for number in range(tabs.MOST_KEPT + 10):
        kept.keep((number,), "1.1", {"all": number})
    assert len(kept.counts) == tabs.MOST_KEPT
    assert kept.find((0,), "1.1").values == {}
    assert kept.find((tabs.MOST_KEPT + 9,), "1.1").fresh
