"""The lookup Window of a template: the site tree by workspace, name and ID, those with placeholders first."""

import re

import pytest
from django.test import Client

from mailroom.faces.windows.sm204003_notification_templates.window_choice import WindowField
from mailroom.records.notifications.models import NotificationTemplate
from tests.windows.sm204003.test_templates import NEW, values

pytestmark = pytest.mark.django_db


def found(client: Client, text: str) -> list[str]:
    return re.findall(r'data-value="([^"]*)"', client.get("/lookup/windows/", {"q": text}).content.decode())


def test_a_window_is_found_by_name_id_and_workspace(boss: Client) -> None:
    assert found(boss, "cr306000") == ["CR306000"]
    assert found(boss, "cases") == ["CR306000"]
    assert "CR302000" in found(boss, "relations")
    assert found(boss, "no such window") == []
    assert "OVERVIEW" not in found(boss, "overview")


def test_windows_that_give_placeholders_come_first(boss: Client) -> None:
    selector = boss.get("/lookup/windows/?as=selector").content.decode()
    marks = [("Placeholders" in row) for row in re.findall(r"<tr><td class=.*?</tr>", selector, re.DOTALL)]
    assert True in marks
    assert marks == sorted(marks, reverse=True)


@pytest.mark.parametrize("said", ["CR306000", "cr306000", "Cases", "Cases (CR306000)"])
def test_what_is_typed_in_full_is_understood(said: str) -> None:
    assert WindowField().clean(said) == "CR306000"


def test_what_is_no_window_is_told_and_what_is_gone_stays_chosen(boss: Client) -> None:
    assert boss.post(NEW, values(window="", window_text="Nothing of the kind")).status_code == 422
    boss.post(NEW, values(window="CR306000", subject=""))
    template = NotificationTemplate.objects.get(shipped=False)
    NotificationTemplate.objects.filter(pk=template.pk).update(window_id="ZZ999999")
    page = boss.get(f"/sm204003/{template.pk}/").content.decode()
    assert 'value="ZZ999999"' in page
    assert boss.post(f"/sm204003/{template.pk}/", values(window="ZZ999999", subject="")).status_code == 303


def test_the_window_id_follows_the_window(boss: Client) -> None:
    answer = boss.get("/sm204003/placeholders/?window=CR306000").content.decode()
    assert 'id="id_shown_window_id" value="CR306000"' in answer
    assert "<script" not in boss.get("/sm204003/placeholders/", {"window": '"><script>'}).content.decode()


def test_the_lookup_is_for_people_who_are_signed_in(client: Client) -> None:
    assert client.get("/lookup/windows/").status_code == 302
