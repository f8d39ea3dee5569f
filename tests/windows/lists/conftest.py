"""People who are signed in."""

import pytest
from django.test import Client

from mailroom.records.organisation.models import Employee, User
from tests.factories import emails


def _client(user: User) -> Client:
    made = Client()
    made.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return made


@pytest.fixture
def signed_in(agent: User) -> Client:
    """An agent's browser."""
    return _client(agent)


@pytest.fixture
def teammate(db: None) -> Client:
    """Another agent's browser."""
    user = User.objects.create_user("ola", "ola@mailroom.test", "correct horse battery", role="agent")
    Employee.objects.create(employee_id="E8", name="Ola Nordmann", user=user)
    return _client(user)


@pytest.fixture
def boss(administrator: User) -> Client:
    """An administrator's browser."""
    return _client(administrator)


@pytest.fixture
def mails(agent: User) -> None:
    """Three sent emails and a received one, of nobody in particular."""
    sent = {"direction": "outgoing", "box": "sent", "created_by": agent}
    emails.make("Reminder one", "pay please", to=[("", "kari@a.example")], **sent)
    emails.make("Reminder two", "pay soon", to=[("", "ola@b.example")], status="failed", error="No answer", **sent)
    emails.make("Offer", "steel", to=[("", "kari@a.example")], **sent)
    emails.make("Question", "about the offer", sender=("Kari", "kari@a.example"))
