"""How large a request may be: a stranger's little, anybody's no more than ten files."""

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.faces.windows.kit import middleware
from mailroom.records.crm import portal
from mailroom.records.crm.models import Contact
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import User

MORE, TOO_MUCH = "x" * 2_000, "x" * 4_000


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "LARGEST_OF_STRANGERS", 1_000)
    monkeypatch.setattr(middleware, "LARGEST", 3_000)


def status(browser: Client, path: str, text: str, **headers: str) -> int:
    return browser.post(path, text, content_type="application/json", **headers).status_code  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/login/", "/portal/sign-in/", "/unsubscribe/x/", "/api/v1/emails", "/nowhere/"])
def test_a_stranger_cannot_fill_the_disk(client: Client, db: None, path: str) -> None:
    cookies = {"HTTP_COOKIE": "portal=x; sessionid=y", "HTTP_AUTHORIZATION": "Bearer z"}
    assert [status(client, path, text, **cookies) for text in (MORE, TOO_MUCH)] == [413, 413]
    assert status(client, path, "{}", **cookies) != 413


@pytest.mark.parametrize("length", ["9" * 30, "-1", "many"])
def test_a_length_that_is_none_is_refused(client: Client, db: None, length: str) -> None:
    answer = client.post("/login/", {"username": "kari"}, CONTENT_LENGTH=length)
    assert (answer.status_code, "at most" in answer.content.decode()) == (413, True)


def test_people_programs_and_customers_send_files_but_not_without_end(client: Client, agent: User) -> None:
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {sign_in.make_token(agent, clock.now())}"}
    Contact.objects.create(name="Ingrid", email="ingrid@fjellbekk.example.net")
    asked = portal.ask("ingrid@fjellbekk.example.net", None, clock.now())
    assert asked is not None
    customer = {"HTTP_COOKIE": f"portal={portal.use_link(portal.answer(asked, clock.now()), clock.now())}"}
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    ways: list[tuple[Client, str, dict[str, str]]] = [
        (client, "/person/", {}),
        (Client(), "/api/v1/emails", bearer),
        (Client(), "/portal/", customer),
    ]
    for browser, path, headers in ways:
        assert status(browser, path, MORE, **headers) != 413, path
        assert status(browser, path, TOO_MUCH, **headers) == 413, path
