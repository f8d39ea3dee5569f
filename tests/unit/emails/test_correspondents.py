"""Addresses written to or from are noted once, found by any part of name or address, most recent first."""

from datetime import datetime, timedelta

import pytest

from mailroom.mime.message import Address
from mailroom.records.emails import correspondents
from mailroom.records.emails.models import Correspondent
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db


def test_the_most_recent_comes_first_and_none_stands_twice(agent: User, now: datetime) -> None:
    old, new = now - timedelta(days=9), now - timedelta(days=1)
    ingrid = Address("Ingrid Sølheim", "Ingrid@Fjellbekk.example.net")
    correspondents.note(None, [(ingrid, old), (Address("Ola", "ola@fjellbekk.example.net"), new)], True)
    correspondents.note(None, [(Address("", "ingrid@fjellbekk.example.net"), now)], False)
    found = correspondents.find(agent, "fjell", 10)
    assert [row.name for row in found] == ["Ingrid Sølheim", "Ola"]
    assert found[0].has_written
    assert [row.name for row in correspondents.find(agent, "SOLH ingr", 10)] == ["Ingrid Sølheim"]


def test_addresses_of_a_personal_account_are_its_owners(agent: User, administrator: User, now: datetime) -> None:
    correspondents.note(agent.pk, [(Address("Doctor", "doctor@health.example.org"), now)], True)
    assert [row.name for row in correspondents.find(agent, "doc", 10)] == ["Doctor"]
    assert correspondents.find(administrator, "doc", 10) == []


def test_what_is_no_address_is_not_noted(now: datetime) -> None:
    correspondents.note(None, [(Address("x", "nonsense"), now), (Address("", "@x.org"), now)], True)
    assert not Correspondent.objects.exists()


def test_a_domain_is_known_when_somebody_has_written_from_it(now: datetime) -> None:
    correspondents.note(None, [(Address("", "a@known.example.org"), now)], True)
    correspondents.note(None, [(Address("", "a@mistyped.example.org"), now)], False)
    asked = {"known.example.org", "mistyped.example.org"}
    assert correspondents.known_domains(asked) == {"known.example.org"}
