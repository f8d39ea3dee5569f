"""Signing in: a password with throttling, a one-time link, and out again by POST alone."""

from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models import User

PASSWORD = "correct horse battery"


def test_the_right_password_leads_to_the_page_that_was_asked_for(client: Client, agent: User) -> None:
    assert client.get("/co409000/")["Location"] == "/login/?next=/co409000/"
    answer = client.post("/login/", {"username": "KARI", "password": PASSWORD, "next": "/palette/"})
    assert (answer.status_code, answer["Location"]) == (302, "/palette/")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(client: Client, agent: User, where: str) -> None:
    answer = client.post("/login/", {"username": "kari", "password": PASSWORD, "next": where})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("name", ["kari", "nobody", ""])
def test_a_wrong_password_and_a_wrong_name_get_the_same_words(client: Client, agent: User, name: str) -> None:
    answer = client.post("/login/", {"username": name, "password": "wrong"})
    assert answer.status_code == 422
    assert "The user name or password is not right." in answer.content.decode()


def test_five_wrong_passwords_lock_the_name_for_a_while(client: Client, agent: User) -> None:
    for _attempt in range(5):
        answer = client.post("/login/", {"username": "kari", "password": "wrong"})
    assert answer.status_code == 429
    assert client.post("/login/", {"username": "kari", "password": PASSWORD}).status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()


def test_an_inactive_user_stays_outside(client: Client, agent: User) -> None:
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert client.post("/login/", {"username": "kari", "password": PASSWORD}).status_code == 422


def test_a_link_signs_in_once_and_only_when_its_button_is_pressed(client: Client, agent: User) -> None:
    token = sign_in.make_link(agent, clock.now())
    assert client.get(f"/login/link/{token}/").status_code == 200
    assert client.get("/").status_code == 302
    assert client.post(f"/login/link/{token}/")["Location"] == "/"
    assert client.get("/").status_code == 200
    other = Client()
    assert other.post(f"/login/link/{token}/").status_code == 410
    assert other.post("/login/link/never-made/").status_code == 410


def test_signing_out_needs_a_post(client: Client, agent: User) -> None:
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_without_remember_the_session_ends_with_the_browser(client: Client, agent: User) -> None:
    client.post("/login/", {"username": "kari", "password": PASSWORD})
    assert client.session.get_expire_at_browser_close()


def test_behind_a_proxy_wrong_passwords_of_one_client_lock_no_other(client: Client, agent: User) -> None:
    """What a client wrote into the field itself stands before the proxy's word and counts for nothing."""
    for attempt in range(6):
        told = f"10.0.0.{attempt}, 203.0.113.7"
        answer = client.post("/login/", {"username": "kari", "password": "wrong"}, HTTP_X_FORWARDED_FOR=told)
    assert answer.status_code == 429
    good = {"username": "kari", "password": PASSWORD}
    assert client.post("/login/", good, HTTP_X_FORWARDED_FOR="203.0.113.8").status_code == 302


def test_only_a_proxy_on_this_machine_is_believed(client: Client, agent: User) -> None:
    for attempt in range(6):
        told, own = f"203.0.113.{attempt}", "198.51.100.9"
        values = {"username": "kari", "password": "wrong"}
        answer = client.post("/login/", values, HTTP_X_FORWARDED_FOR=told, REMOTE_ADDR=own)
    assert answer.status_code == 429


@pytest.mark.parametrize("told", ["203.0.113.7", "127.0.0.1, 203.0.113.7", "nonsense", ""])
def test_figures_are_not_open_to_those_whom_a_proxy_lets_through(client: Client, db: None, told: str) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR=told).status_code == 401


@pytest.mark.parametrize(
    ("told", "own", "sent"),
    [("https", "127.0.0.1", True), ("http", "127.0.0.1", False), ("https", "203.0.113.9", False)],
)
def test_browsers_are_told_to_keep_to_https_where_they_came_by_it(
    client: Client, settings: Any, told: str, own: str, sent: bool
) -> None:
    """A proxy on this machine says how the client came; what a client says itself counts for nothing."""
    settings.SECURE_HSTS_SECONDS = 600
    answer = client.get("/login/", HTTP_X_FORWARDED_PROTO=told, REMOTE_ADDR=own)
    assert answer.headers.get("Strict-Transport-Security") == ("max-age=600" if sent else None)
