"""An API client changes the set-up; it neither becomes an administrator nor takes over a person."""

import json
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import User

PASSWORD = "correct horse battery"


@pytest.fixture
def program(client: Client, administrator: User) -> Any:
    """Sends a request with the token of an API client."""
    token = sign_in.make_token(people.create_user("robot", "", "api"), clock.now())

    def ask(method: str, path: str, **body: Any) -> int:
        answer = client.generic(
            method, f"/api/v1/users{path}", json.dumps(body), "application/json", HTTP_AUTHORIZATION=f"Bearer {token}"
        )
        return answer.status_code

    return ask


def test_a_program_makes_no_administrator(program: Any, agent: User) -> None:
    assert program("PATCH", "/robot", role="administrator") == 403
    assert program("PATCH", f"/{agent.login}", role="administrator") == 403
    assert program("POST", "", login="new", role="administrator") == 403
    assert not User.objects.filter(login="new").exists()
    assert User.objects.get(login="robot").role == "api"


def test_a_program_changes_and_deletes_no_administrator(program: Any, administrator: User) -> None:
    people.create_user("second", "", "administrator")
    assert program("PATCH", f"/{administrator.login}", is_active=False) == 403
    assert program("PATCH", f"/{administrator.login}", role="reader") == 403
    assert program("DELETE", f"/{administrator.login}") == 403


def test_a_program_leads_nobodys_links_to_another_address(program: Any, agent: User) -> None:
    """A link to choose a password goes to the address of the user."""
    assert program("PATCH", f"/{agent.login}", email="robot@elsewhere.example") == 403
    assert program("PATCH", f"/{agent.login}", new_password=PASSWORD) == 403
    assert program("POST", "", login="new", role="agent", password=PASSWORD) == 403


def test_a_program_keeps_the_rest_of_a_user(program: Any, agent: User) -> None:
    assert program("PATCH", f"/{agent.login}", full_name="Kari Nordmann", language="nb") == 200
    assert program("POST", "", login="new", role="agent", email="new@mailroom.test") == 201
    assert program("DELETE", "/new") == 204


@pytest.fixture
def asks(client: Client, administrator: User) -> Any:
    """Sends a request as the administrator: with a token of his, or in person."""

    def ask(how: str, method: str, path: str, **body: Any) -> Any:
        headers = {}
        if how == "by token":
            headers["Authorization"] = f"Bearer {sign_in.make_token(administrator, clock.now())}"
        else:
            client.force_login(administrator)
        address = f"/api/v1/users{path}"
        return client.generic(method, address, json.dumps(body), "application/json", headers=headers)

    return ask


WAYS = [
    ("POST", "/kari/link", {}, 200),
    ("POST", "/kari/tokens", {"name": "x"}, 201),
    ("PATCH", "/kari", {"new_password": PASSWORD}, 200),
    ("PATCH", "/kari", {"role": "administrator"}, 200),
    ("PATCH", "/kari", {"email": "kari@elsewhere.example"}, 200),
    ("POST", "", {"login": "new", "role": "administrator"}, 201),
    ("DELETE", "/second", {}, 204),
]


@pytest.mark.parametrize(("method", "path", "body", "done"), WAYS)
def test_an_administrators_own_token_is_not_the_administrator_in_person(
    asks: Any, agent: User, method: str, path: str, body: dict[str, Any], done: int
) -> None:
    """A token lies in a script: whoever finds it must not become a person by it."""
    people.create_user("second", "", "administrator")
    assert asks("by token", method, path, **body).status_code == 403
    assert asks("in person", method, path, **body).status_code == done
