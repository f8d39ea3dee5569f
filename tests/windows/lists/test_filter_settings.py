"""Filter settings, Filter applied and saved filters of the lists of emails."""

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

from mailroom.records.filters.models import SavedFilter
from mailroom.records.organisation.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mails")]
HTMX = {"HX-Request": "true", "HX-Target": "dialog"}
REMINDERS = [{"property": "subject", "condition": "contains", "value": "Reminder"}]


def form(*lines: dict[str, Any], **more: str) -> dict[str, Any]:
    blank = {"opened": "0", "closed": "0", "value": "", "value2": "", "then": "and"}
    names = ("opened", "property", "condition", "value", "value2", "closed", "then")
    return {name: [(blank | line)[name] for line in lines] for name in names} | {"next": "/co409080/"} | more


def listed(client: Client, address: str) -> set[str]:
    page = client.get(address).content.decode()
    return {name for name in ("Reminder one", "Reminder two", "Offer", "Question") if f">{name}<" in page}


def address(lines: list[dict[str, Any]], window: str = "co409080") -> str:
    return f"/{window}/?filter={quote(json.dumps(lines))}"


def test_the_list_obeys_a_filter_and_shows_it(signed_in: Client) -> None:
    page = signed_in.get(address(REMINDERS)).content.decode()
    assert listed(signed_in, address(REMINDERS)) == {"Reminder one", "Reminder two"}
    assert "Filter applied" in page
    assert "Subject <b>contains</b> Reminder" in page


def test_ok_applies_the_lines_and_a_chip_takes_one_away(signed_in: Client) -> None:
    failed = {"property": "status", "condition": "equals", "value": "failed"}
    answer = signed_in.post("/co409080/filter/", form(*REMINDERS, failed, step="ok"))
    assert answer.status_code == 303
    assert listed(signed_in, answer["Location"]) == {"Reminder two"}
    page = signed_in.get(answer["Location"])
    removed = [chip.remove_url for chip in page.context["listing"].chips]
    assert listed(signed_in, f"/co409080/{removed[1]}") == {"Reminder one", "Reminder two"}
    assert listed(signed_in, f"/co409080/{page.context['listing'].clear_url}") == {
        "Reminder one",
        "Reminder two",
        "Offer",
    }


def test_brackets_and_or_are_shown_as_one_sentence(signed_in: Client) -> None:
    lines = [
        REMINDERS[0] | {"opened": 1, "then": "or"},
        {"property": "subject", "condition": "equals", "value": "offer", "closed": 1},
    ]
    page = signed_in.get(address(lines))
    (chip,) = page.context["listing"].chips
    assert str(chip.label) == "(Subject <b>contains</b> Reminder or Subject <b>equals</b> offer)"
    assert listed(signed_in, address(lines)) == {"Reminder one", "Reminder two", "Offer"}


def test_save_keeps_the_filter_as_a_tab_that_can_be_used_again(signed_in: Client, teammate: Client) -> None:
    answer = signed_in.post("/co409080/filter/", form(*REMINDERS, step="save", name="Reminders"))
    kept = SavedFilter.objects.get()
    assert answer["Location"] == f"/co409080/?tab=f{kept.pk}"
    page = signed_in.get(answer["Location"]).content.decode()
    tab = f'href="?tab=f{kept.pk}"'
    assert "Reminders" in page
    assert tab in page
    assert listed(signed_in, answer["Location"]) == {"Reminder one", "Reminder two"}
    assert "Reminders" not in teammate.get("/co409080/").content.decode()
    assert tab not in signed_in.get("/co409000/").content.decode()


def test_a_shared_filter_is_everybodys_to_use_and_not_to_delete(
    signed_in: Client, teammate: Client, boss: Client
) -> None:
    signed_in.post("/co409080/filter/", form(*REMINDERS, step="save", name="Reminders", shared="on"))
    tab = f"f{SavedFilter.objects.get().pk}"
    assert "Reminders" in teammate.get("/co409080/").content.decode()
    delete = form(step="delete", tab=tab)
    assert teammate.post("/co409080/filter/", delete).status_code == 403
    assert boss.post("/co409080/filter/", delete).status_code == 303
    assert not SavedFilter.objects.exists()


def test_a_filter_can_open_with_the_window(signed_in: Client) -> None:
    signed_in.post("/co409080/filter/", form(*REMINDERS, step="save", name="Reminders", opens="on"))
    assert listed(signed_in, "/co409080/") == {"Reminder one", "Reminder two"}
    assert listed(signed_in, "/co409080/?tab=all") == {"Reminder one", "Reminder two", "Offer"}
    tab = f"f{SavedFilter.objects.get().pk}"
    signed_in.post("/co409080/filter/", form(*REMINDERS, step="save", name="Reminders", tab=tab))
    assert listed(signed_in, "/co409080/") == {"Reminder one", "Reminder two", "Offer"}
    SavedFilter.objects.all().delete()
    assert signed_in.get("/co409080/").status_code == 200


def test_the_dialog_adds_removes_and_counts(signed_in: Client) -> None:
    page = signed_in.get("/co409080/filter/?property=date", headers=HTMX).content.decode()
    assert '<option value="date" selected>' in page
    two = signed_in.post("/co409080/filter/", form(*REMINDERS, step="add"), headers=HTMX).content.decode()
    assert two.count('name="property"') == 2
    one = signed_in.post(
        "/co409080/filter/", form(*REMINDERS, *REMINDERS, step="remove-0"), headers=HTMX
    ).content.decode()
    assert one.count('name="property"') == 1
    assert ">2 match<" in one
    changed = form({"property": "status", "condition": "contains", "value": "x"})
    assert 'value="equals" selected' in signed_in.post("/co409080/filter/", changed, headers=HTMX).content.decode()


def test_lines_that_make_no_sense_are_answered_in_place(signed_in: Client) -> None:
    wrong = form({"property": "date", "condition": "equals", "value": "soon"}, step="ok")
    answer = signed_in.post("/co409080/filter/", wrong, headers=HTMX)
    assert answer.status_code == 422
    assert "is no date" in answer.content.decode()
    unnamed = signed_in.post("/co409080/filter/", form(*REMINDERS, step="save"))
    assert unnamed.status_code == 422
    assert "Give the filter a name" in unnamed.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        '[{"property":"colour"}]',
        '[{"property":"subject","condition":"contains","value":"x","opened":1}]',
        "x" * 5000,
    ],
)
def test_an_address_with_a_senseless_filter_shows_no_row_and_says_why(signed_in: Client, text: str) -> None:
    for window in ("co409080", "co409000", "co409070"):
        page = signed_in.get(f"/{window}/?filter={quote(text)}")
        assert page.status_code == 200
        assert page.context["listing"].rows == []
        assert "This filter makes no sense" in page.content.decode()


def test_everything_of_a_senseless_filter_is_nothing(signed_in: Client) -> None:
    answer = signed_in.post("/co409080/do/delete/?filter=x", {"everything": "1", "confirmed": "1"})
    assert answer.status_code == 303
    assert len(listed(signed_in, "/co409080/")) == 3


def test_paging_sorting_and_searching_keep_the_filter(signed_in: Client) -> None:
    page = signed_in.get(address(REMINDERS) + "&q=pay")
    view = page.context["listing"]
    assert ("filter", json.dumps(REMINDERS)) in view.hidden_values
    for head in view.heads:
        assert not head.sort_url or parse_qs(urlsplit(head.sort_url).query)["filter"]
    assert view.count == 2


@pytest.mark.parametrize("window", ["co409000", "co409070", "co409080"])
def test_the_dialog_is_for_those_who_are_signed_in_and_takes_no_other_method(
    window: str, client: Client, signed_in: Client
) -> None:
    assert client.get(f"/{window}/filter/").status_code == 302
    assert client.post(f"/{window}/filter/", form(*REMINDERS, step="ok")).status_code == 302
    assert signed_in.get(f"/{window}/filter/?tab=f99999999999999999999").status_code == 200
    assert signed_in.get(f"/{window}/filter/?property=nothing").status_code == 200
    assert signed_in.delete(f"/{window}/filter/").status_code == 405
    assert signed_in.post(f"/{window}/filter/", form(step="delete", tab="f999")).status_code == 403


def test_an_api_client_opens_no_dialog(db: None, client: Client) -> None:
    program = User.objects.create_user("robot", role="api")
    client.force_login(program, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/co409080/filter/").status_code == 403
