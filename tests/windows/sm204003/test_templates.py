"""Notification templates: an ID of their own, one text a locale, and a welcome text that keeps its places."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from mailroom.records.notifications import standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = "/sm204003/new/"


def values(**changes: Any) -> dict[str, Any]:
    text = {"description": "Case activity", "window": "SM201010", "subject": "About ((Username))"}
    return text | {"body": "<p>Hi</p>"} | changes


def welcome() -> NotificationTemplate:
    found = standard.find(standard.WELCOME)
    assert found is not None
    return found


def test_a_template_gets_its_id_from_its_description(boss: Client) -> None:
    assert boss.post(NEW, values()).status_code == 303
    assert boss.post(NEW, values()).status_code == 303
    made = NotificationTemplate.objects.filter(shipped=False).order_by("pk")
    assert [one.notification_id for one in made] == ["CASEACTIVITY", "CASEACTIVITY2"]
    assert made[0].window_id == "SM201010"


def test_scripts_do_not_enter_a_template(boss: Client) -> None:
    boss.post(NEW, values(body="<p>Hi</p><script>alert(1)</script>"))
    assert NotificationTemplate.objects.get(shipped=False).body == "<p>Hi</p>"


@pytest.mark.parametrize("changes", [{"description": ""}, {"window": ""}, {"window": "XX"}, {"locale": "xx"}])
def test_what_is_missing_is_told(boss: Client, changes: dict[str, str]) -> None:
    assert boss.post(NEW, values(**changes)).status_code == 422
    assert not NotificationTemplate.objects.filter(shipped=False).exists()


def test_the_welcome_text_keeps_its_four_places(boss: Client) -> None:
    current.read()
    text = welcome()
    address = f"/sm204003/{text.pk}/"
    answer = boss.post(address, values(description=text.description, body="<p>((Name))</p>"))
    assert answer.status_code == 422
    assert "Missing: ((Company))" in answer.content.decode()
    good = "<p>((Company)) ((Name)) ((Username)) ((Password))</p>"
    assert boss.post(address, values(description=text.description, body=good)).status_code == 303
    assert welcome().body == good


def test_a_shipped_template_stays_and_an_own_one_goes(boss: Client) -> None:
    text = welcome()
    assert boss.post(f"/sm204003/{text.pk}/delete/", {"confirmed": "1"}).status_code == 303
    assert welcome() == text
    own = NotificationTemplate.objects.create(notification_id="OWN", description="Own", window_id="SM201010")
    boss.post(f"/sm204003/{own.pk}/delete/", {"confirmed": "1"})
    assert not NotificationTemplate.objects.filter(pk=own.pk).exists()


def test_strangers_bad_ids_and_wrong_methods_are_answered(client: Client, agent: User, administrator: User) -> None:
    assert client.get("/sm204003/").status_code == 302
    client.force_login(agent, BACKEND)
    assert client.get("/sm204003/").status_code == 403
    assert client.post(NEW, values()).status_code == 403
    client.force_login(administrator, BACKEND)
    assert client.get("/sm204003/999999/").status_code == 404
    assert client.get("/sm204003/x/").status_code == 404
    assert client.get(f"/sm204003/{welcome().pk}/delete/").status_code == 405


def test_repeated_lines_are_offered_whole(boss: Client) -> None:
    page = boss.get("/sm204003/placeholders/?window=CR306000").content.decode()
    offered = [html.unescape(text) for text in re.findall(r'data-insert="([^"]*)"', page)]
    tables = [text for text in offered if text.startswith("<table>")]
    assert tables
    assert all(text.endswith("</table>") and 'data-foreach-view="' in text for text in tables)
