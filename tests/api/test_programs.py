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
