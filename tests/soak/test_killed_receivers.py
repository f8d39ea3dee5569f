"""A thousand receivers killed."""

from datetime import datetime

import pytest

from tests.factories.accounts import AccountFactory
from tests.faults import receivers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", list(receivers.HOW))
def test_a_thousand_kills_lose_and_double_nothing(accounts: AccountFactory, now: datetime, how: str) -> None:
    """T01."""
    receivers.survive(accounts, now, how, kills=250, seed=2)
