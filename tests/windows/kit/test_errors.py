"""The pages for what went wrong, and the policy that every page is sent with."""

import pytest
from django.test import Client, RequestFactory

from mailroom.faces.windows.kit import errors
from mailroom.records.organisation.models import User


def test_an_unknown_address_shows_a_way_on(client: Client, db: None) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "Go to Overview" in answer.content.decode()


def test_a_form_from_an_old_page_is_refused_in_words(agent: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    answer = client.post("/person/", {"name": "theme", "value": "dark"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def test_a_server_error_shows_a_reference_and_no_traceback(rf: RequestFactory) -> None:
    answer = errors.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "Traceback" not in answer.content.decode()
    assert "<samp>" in answer.content.decode()


def test_every_page_has_the_strict_policy(client: Client, db: None) -> None:
    policy = client.get("/login/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("theme", "dark", 200),
        ("theme", "pink", 400),
        ("density", "compact", 200),
        ("view.CO409000", "full", 200),
        ("view.XX000000", "full", 400),
        ("favourite", "CO409000", 200),
        ("password", "x", 400),
    ],
)
def test_only_known_settings_are_kept(client: Client, agent: User, name: str, value: str, status: int) -> None:
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    assert client.post("/person/", {"name": name, "value": value}).status_code == status
    assert agent.settings.count() == (1 if status == 200 else 0)


def test_a_favourite_stands_in_the_navigation_pane(client: Client, agent: User) -> None:
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    client.post("/person/", {"name": "favourite", "value": "CO409000"})
    assert "Favourites" in client.get("/").content.decode()
    client.post("/person/", {"name": "favourite", "value": "CO409000"})
    assert "Favourites" not in client.get("/").content.decode()
