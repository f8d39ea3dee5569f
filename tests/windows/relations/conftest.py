"""People, an email and a signed-in client for the windows of records."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User
from tests.factories import relations

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def moment() -> datetime:
    """The present moment, for rows that pages show."""
    return clock.now()


@pytest.fixture
def email(db: None, moment: datetime) -> Email:
    """A received email that nobody has been given."""
    return relations.mail(moment, 5, text="What is the price of 40 crates?", preview="What is the price")


@pytest.fixture
def as_role(db: None) -> Callable[..., Client]:
    """Signed-in clients: `as_role("agent")` is an employee of that role."""

    def make(role: str = "agent", employee: bool = True) -> Client:
        user = User.objects.create_user(f"{role}-{User.objects.count()}", "", None, role=role)
        if employee:
            Employee.objects.create(employee_id=user.login.upper(), name=user.login.title(), user=user)
        client = Client()
        client.force_login(user, BACKEND)
        client.user = user  # type: ignore[attr-defined]  # for the test alone
        return client

    return make
