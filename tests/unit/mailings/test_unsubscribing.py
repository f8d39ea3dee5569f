"""Readers who want no more mass mail: by one click or on the page, and a mistake taken back."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from mailroom.flows.mailings import unsubscribe
from mailroom.flows.mailings.models import MassEmailRecipient
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Contact, Unsubscribed
from tests.factories import mass_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> list[Contact]:
    return [mass_mail.contact(f"Per {n}", f"per{n}@example.net") for n in range(5)]


@pytest.fixture
def recipient(now: datetime, people: list[Contact]) -> MassEmailRecipient:
    mass_mail.sent(now, mass_mail.marketing_list(now, people[0]))
    return MassEmailRecipient.objects.get()


def path_of(recipient: MassEmailRecipient) -> str:
    link = unsubscribe.link(recipient)
    return link[link.index("/unsubscribe") :]


def test_one_click_without_cookies_unsubscribes_and_looking_does_not(recipient: MassEmailRecipient) -> None:
    """T11, T48."""
    visitor = Client(enforce_csrf_checks=True)
    page = visitor.get(path_of(recipient))
    assert page.status_code == 200
    assert "per0@example.net" in page.content.decode()
    assert visitor.head(path_of(recipient)).status_code == 200
    assert not Unsubscribed.objects.exists()
    for _time in range(2):
        answer = visitor.post(path_of(recipient), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert [(row.key, row.marketing_list) for row in Unsubscribed.objects.all()] == [("per0@example.net", None)]
    assert visitor.put(path_of(recipient)).status_code == 405


def test_the_page_offers_the_list_alone_and_takes_a_mistake_back(recipient: MassEmailRecipient, now: datetime) -> None:
    Client().post(path_of(recipient), {"from": "list"})
    assert Unsubscribed.objects.get().marketing_list == recipient.marketing_list
    Client().post(path_of(recipient), {"from": "again"})
    recipient.refresh_from_db()
    assert (Unsubscribed.objects.count(), recipient.unsubscribed_at) == (0, None)


def test_a_mistake_takes_back_all_that_its_own_link_noted_and_nothing_else(
    recipient: MassEmailRecipient, people: list[Contact], now: datetime
) -> None:
    other = mass_mail.marketing_list(now, people[0], list_id="OTHER")
    mass_mail.sent(now, other)
    second = MassEmailRecipient.objects.exclude(pk=recipient.pk).get()
    Client().post(path_of(recipient), {"from": "list"})
    for wanted in ("list", "all"):
        Client().post(path_of(second), {"from": wanted})
    assert Unsubscribed.objects.count() == 3
    page = Client().post(path_of(second), {"from": "again"}).content.decode()
    assert Unsubscribed.objects.get().marketing_list == recipient.marketing_list
    assert "was unsubscribed from by other means stays so" in page
    Client().post(path_of(second), {"from": "again"})  # an old page: there is nothing left of its own
    assert Unsubscribed.objects.count() == 1
    assert "You get our emails again" in Client().post(path_of(recipient), {"from": "again"}).content.decode()


def test_what_somebody_noted_by_hand_stays_when_a_reader_takes_his_own_back(
    recipient: MassEmailRecipient, now: datetime
) -> None:
    marketing.unsubscribe(recipient.address, None, now - timedelta(days=9))
    Client().post(path_of(recipient))
    Client().post(path_of(recipient), {"from": "again"})
    recipient.refresh_from_db()
    assert (Unsubscribed.objects.count(), recipient.unsubscribed_at) == (1, None)


@pytest.mark.parametrize("token", ["", "1.x", "%00", "9" * 500, "x"])
def test_a_link_that_was_not_made_here_does_nothing(recipient: MassEmailRecipient, token: str) -> None:
    own = path_of(recipient)
    path = f"/unsubscribe/{token}/" if token else f"{own[:-3]}{'AB' if own[-3:-1] != 'AB' else 'CD'}/"
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 404
    assert not Unsubscribed.objects.exists()
