"""An administrator's browser."""

import pytest
from django.test import Client

from mailroom.records.organisation.models import User


@pytest.fixture
def boss(client: Client, administrator: User) -> Client:
    """Signed in."""
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    return client
