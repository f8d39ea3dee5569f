"""The bounce mark of a contact's or lead's address: seen with its reason, and cleared in the window and by the API."""

from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.crm.models import Contact, Lead
from mailroom.records.emails.models import BouncedAddress
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
ADDRESS = "ola@example.org"


@pytest.fixture(params=["contact", "lead"])
def page(request: pytest.FixtureRequest) -> tuple[str, Any]:
    """The address of the window, and a record of it."""
    if request.param == "contact":
        return "/cr302000/", Contact.objects.create(name="Ola", email=ADDRESS.upper())
    return "/cr301000/", Lead.objects.create(name="Ola", email=ADDRESS.upper(), created_at=clock.now())


@pytest.fixture
def mark(db: None) -> BouncedAddress:
    values = {"kind": "hard", "words": "there is no such mailbox: 550 <b>no</b>", "count": 2, "last_at": clock.now()}
    return BouncedAddress.objects.create(key=ADDRESS, address=ADDRESS, **values)


def test_the_mark_is_shown_with_its_reason_and_cleared(
    client: Client, agent: User, page: tuple[str, Any], mark: BouncedAddress
) -> None:
    client.force_login(agent, BACKEND)
    window, record = page
    shown = client.get(f"{window}{record.pk}/").content.decode()
    assert "Bounced for good" in shown
    assert "there is no such mailbox: 550 &lt;b&gt;no&lt;/b&gt;" in shown
    assert client.get(f"{window}record/do/clear-bounce/").status_code == 405
    values = {"ids": record.pk}
    answer = client.post(f"{window}record/do/clear-bounce/", values, headers={"HX-Request": "true"})
    assert client.get(answer.headers["HX-Redirect"]).headers["Location"] == f"{window}{record.pk}/"
    assert not BouncedAddress.objects.exists()
    assert "data-bounced" not in client.get(f"{window}{record.pk}/").content.decode()


def test_a_reader_sees_it_and_clears_nothing(
    client: Client, agent: User, page: tuple[str, Any], mark: BouncedAddress
) -> None:
    User.objects.filter(pk=agent.pk).update(role="reader")
    client.force_login(agent, BACKEND)
    window, record = page
    assert "Bounced for good" in client.get(f"{window}{record.pk}/").content.decode()
    assert client.post(f"{window}record/do/clear-bounce/", {"ids": record.pk}).status_code == 403
    assert client.delete(f"/api/v1/bounced-addresses/{ADDRESS}").status_code == 403
    assert BouncedAddress.objects.exists()


def test_the_api_lists_and_clears_marks(client: Client, agent: User, mark: BouncedAddress) -> None:
    client.force_login(agent, BACKEND)
    [found] = client.get("/api/v1/bounced-addresses", {"address": "OLA@example.org"}).json()
    assert (found["kind"], found["count"], found["address"]) == ("hard", 2, ADDRESS)
    assert client.get("/api/v1/bounced-addresses", {"address": "other@example.org"}).json() == []
    assert client.delete(f"/api/v1/bounced-addresses/{ADDRESS}").status_code == 204
    assert client.delete(f"/api/v1/bounced-addresses/{ADDRESS}").status_code == 404
