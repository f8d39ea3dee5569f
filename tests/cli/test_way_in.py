"""What `mailroom up` says of signing in: a log keeps what is printed, and a link in it is an administrator's."""

import pytest
from django.test import Client

from mailroom.faces.cli import processes
from mailroom.records.organisation.models import SignInLink

pytestmark = pytest.mark.django_db


def test_a_link_stands_in_a_log_only_until_an_administrator_has_signed_in(client: Client) -> None:
    first, second = processes.way_in(always=False), processes.way_in(always=False)
    assert first != second
    assert client.post(second[second.index("/login/link/") :]).status_code == 302
    count = SignInLink.objects.count()
    assert "/login/link/" not in processes.way_in(always=False)
    assert SignInLink.objects.count() == count
    assert "/login/link/" in processes.way_in(always=True)
