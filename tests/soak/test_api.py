"""The API under many more requests than the suite has time for."""

from typing import Any

import pytest

from mailroom.base import clock
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation import people, sign_in
from tests.api.fuzzing import fuzz

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = 50


@pytest.mark.parametrize("seed", [3, 4])
def test_no_request_that_the_schema_allows_breaks_it(live_server: Any, account: EmailAccount, seed: int) -> None:
    user = people.create_user("administrator", "", "administrator")
    fuzz(live_server.url, f"Bearer {sign_in.make_token(user, clock.now())}", EXAMPLES, seed)
