"""Search in the lists of emails, as a person sees it."""

from datetime import timedelta

import pytest
from django.test import Client

from mailroom.records.emails.models import Email, Lane
from mailroom.records.emails.search import finding
from tests.factories import emails

pytestmark = pytest.mark.django_db


def test_sent_emails_are_found_by_subject_text_and_by_part_of_an_address(signed_in: Client, mails: None) -> None:
    def count(text: str) -> int:
        return int(signed_in.get("/co409080/", {"q": text}).context["listing"].count)

    assert (count("reminder"), count("ari@a.exam"), count("subject:offer"), count("pay -soon")) == (2, 2, 1, 1)


def test_what_was_searched_for_is_marked_as_it_was_written(signed_in: Client) -> None:
    emails.make("Søknad <b>nå</b>", "Hei. Her er min søknad om permisjon.")
    page = signed_in.get("/co409000/?q=soknad").content.decode()
    assert "<mark>Søknad</mark> &lt;b&gt;nå" in page
    assert "Her er min <mark>søknad</mark> om permisjon." in page


def test_the_list_says_which_addresses_stood_in_for_a_typing_error(signed_in: Client) -> None:
    emails.make("Hello", sender=("", "nordmann@x.example"))
    page = signed_in.get("/co409000/?q=nordmamn").content.decode()
    assert "spelled much like them: nordmann" in page
    assert "Hello" in page


def test_older_hits_are_a_link_away_and_the_newest_again(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        emails.make(f"steel {number}", age=timedelta(days=number))
    monkeypatch.setattr(finding, "STEPS", (finding.Step(3, 6_000),))
    first = signed_in.get("/co409000/?q=steel").context["listing"]
    assert [row.label for row in first.rows] == ["steel 0", "steel 1", "steel 2"]
    second = signed_in.get(f"/co409000/{first.notice.url}").context["listing"]
    assert [row.label for row in second.rows] == ["steel 3", "steel 4"]
    again = signed_in.get(f"/co409000/{second.notice.url}").context["listing"]
    assert [row.label for row in again.rows] == ["steel 0", "steel 1", "steel 2"]
    assert all("older" not in link.url for link in second.tabs)


def test_where_the_newest_mail_leaves_few_hits_a_longer_search_takes_their_place(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        emails.make(f"steel {number}", age=timedelta(days=number))
    monkeypatch.setattr(finding, "STEPS", (finding.Step(3, 6_000),))
    first = signed_in.get("/co409000/?q=steel")
    assert "looking further back" in first.context["listing"].notice.words
    assert 'hx-trigger="load"' in first.content.decode()
    longer = signed_in.get(f"/co409000/{first.context['listing'].notice.at_once}").context["listing"]
    assert [row.label for row in longer.rows] == [f"steel {number}" for number in range(5)]
    assert longer.notice is None or not longer.notice.at_once


def test_archived_mail_is_one_link_away_from_a_search_of_the_lists(signed_in: Client) -> None:
    emails.make("steel", box="archived", archived=True)
    emails.make("steel")
    view = signed_in.get("/co409000/?q=steel").context["listing"]
    assert view.count == 1
    assert signed_in.get(view.notice.url).context["listing"].count == 2


def test_nothing_found_says_how_to_find_more(signed_in: Client) -> None:
    emails.make("Invoices")
    view = signed_in.get("/co409000/?q=invoi").context["listing"]
    assert view.rows == []
    assert signed_in.get(f"/co409000/{view.empty.url}").context["listing"].count == 1


@pytest.mark.parametrize("text", ['"', "-", "before:x", "x" * 2000, "\x00", "(((", "%", "<script>"])
@pytest.mark.parametrize("window", ["co409000", "co409070", "co409080"])
def test_nonsense_is_answered_in_every_list(signed_in: Client, mails: None, window: str, text: str) -> None:
    answer = signed_in.get(f"/{window}/", {"q": text, "older": "nonsense"})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().split("<main", 1)[1].replace("<script src", "")


def test_a_search_finds_nothing_that_is_not_ours_to_see(signed_in: Client) -> None:
    from mailroom.records.organisation.models import User

    other = User.objects.create_user("other", role="agent")
    emails.make("steel", account=emails.some_account("PERSONAL", personal_owner=other))
    assert signed_in.get("/co409070/?q=steel").context["listing"].rows == []


def test_my_sent_emails_leaves_mass_mail_to_its_own_window(boss: Client, mails: None) -> None:
    Email.objects.filter(subject="Offer").update(lane=Lane.BULK)

    def subjects(window: str) -> set[str]:
        return {row.label for row in boss.get(f"/{window}/").context["listing"].rows}

    assert not any("Offer" in one for one in subjects("co409080"))
    assert any("Offer" in one for one in subjects("co409070"))
    assert len(boss.get("/api/v1/emails?window=sent").json()["items"]) == 2
    assert len(boss.get("/api/v1/emails?window=all").json()["items"]) == 4
