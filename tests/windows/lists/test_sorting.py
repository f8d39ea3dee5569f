"""Lists of emails are sorted by folded keys, by several columns, and within bounds where no index has the order."""

import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mailroom.faces.windows.kit import counting
from mailroom.records.emails import sort_keys
from mailroom.records.emails.models import Email
from mailroom.records.filters.models import SavedFilter
from tests.factories import emails


def subjects(client: Client, query: str) -> list[str]:
    """The subjects of a list of all emails, from above."""
    page = client.get(f"/co409070/?tab=all&{query}").content.decode()
    return re.findall(r'data-open="\d+"[^>]*>([^<]+)<', page)


def test_a_key_folds_case_accents_and_blanks_and_puts_the_norwegian_letters_last() -> None:
    words = ["Åse", "zebra", "Ærlig", "apple", "Éclair", "ØL", "  Banana  split", "A\u030ase 2", "äpple"]
    wanted = ["apple", "äpple", "  Banana  split", "Éclair", "zebra", "Ærlig", "ØL", "Åse", "A\u030ase 2"]
    assert sorted(words, key=sort_keys.of) == wanted


@given(st.text())
def test_any_text_has_a_short_key(text: str) -> None:
    assert len(sort_keys.of(text)) <= 4 * sort_keys.LETTERS


@pytest.mark.django_db
def test_a_subject_of_any_length_is_sorted_and_paged_the_same_on_both_databases(boss: Client) -> None:
    made = ["b" * 9000, "Ål", "a-2", "a 1", "Zoo", "", "B", "über", "a" * 9000]
    for text in made:
        emails.make(text, "body")
    wanted = sorted(Email.objects.all(), key=lambda row: (sort_keys.of(row.subject), row.pk))
    shown = subjects(boss, "sort=subject")
    assert shown == [row.subject or "(No subject)" for row in wanted]
    assert subjects(boss, "sort=-subject") == shown[::-1]


@pytest.mark.django_db
def test_the_key_follows_what_is_saved(agent: object) -> None:
    email = emails.make("Old", "body")
    email.subject = "New"
    email.save()
    email.refresh_from_db()
    assert bytes(email.subject_key) == b"new"


@pytest.mark.django_db
@pytest.mark.usefixtures("mails")
def test_several_columns_are_numbered_in_their_heads(boss: Client) -> None:
    page = boss.get("/co409070/?tab=all&sort=status,-subject").content.decode()
    assert re.search(r'data-column="status" aria-sort="ascending".*?</span>1</span>', page, re.DOTALL)
    assert re.search(r'data-column="subject" aria-sort="descending".*?</span>2</span>', page, re.DOTALL)
    assert 'data-add="?tab=all&amp;sort=status%2C-subject%2Cfrom"' in page
    assert subjects(boss, "sort=status,-subject")[0] == "Reminder two"


@pytest.mark.django_db
@pytest.mark.usefixtures("mails")
@pytest.mark.parametrize("text", ["nonsense", ",,,", "-", "subject,subject,-subject", "owner,,date," + "x" * 3000])
def test_an_order_that_makes_no_sense_still_shows_the_list(boss: Client, text: str) -> None:
    assert len(subjects(boss, f"sort={text}")) == 4


@pytest.mark.django_db
@pytest.mark.usefixtures("mails")
def test_without_an_index_only_the_newest_rows_of_a_long_list_are_sorted_and_the_list_says_so(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Sorted among" not in boss.get("/co409070/?tab=all&sort=owner").content.decode()
    monkeypatch.setattr(counting, "BOUND", 2)
    page = boss.get("/co409070/?tab=all&sort=owner").content.decode()
    assert "Sorted among the newest 2" in page
    assert page.count("data-row=") == 2
    assert "Sorted among" not in boss.get("/co409070/?tab=all&sort=subject,owner").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("mails")
def test_a_saved_filter_keeps_its_order(boss: Client) -> None:
    line = {"property": "subject", "condition": "contains", "value": "e", "opened": "0", "closed": "0", "then": "and"}
    back = {"next": "/co409070/?tab=all&sort=-subject,date,nonsense", "value2": ""}
    boss.post("/co409070/filter/", line | back | {"step": "save", "name": "Mine"})
    kept = SavedFilter.objects.get()
    assert kept.sort == "-subject,date"
    shown = re.findall(r'data-open="\d+"[^>]*>([^<]+)<', boss.get(f"/co409070/?tab=f{kept.pk}").content.decode())
    assert shown == ["Reminder two", "Reminder one", "Question", "Offer"]
