"""Receivers killed by SIGKILL: each mail is stored exactly once, whatever is done with it on the server."""

from datetime import datetime

import pytest

from tests.factories.accounts import AccountFactory
from tests.faults import receivers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", list(receivers.HOW))
def test_a_receiver_killed_at_any_point_stores_each_mail_exactly_once(
    accounts: AccountFactory, now: datetime, how: str
) -> None:
    """T01: a hundred kills, between fetch and commit and between commit and the word to the server."""
    receivers.survive(accounts, now, how, kills=25, seed=1)
