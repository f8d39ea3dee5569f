"""The owner of a personal account who is no administrator: his own quarantined mail, and nobody else's."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.flows.receiving import filing
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import User
from tests.factories.mails import letter
from tests.factories.pages import read, signed_in

pytestmark = pytest.mark.django_db
RAW = letter("mine", subject="For the owner")


@pytest.fixture
def owner() -> User:
    """An agent with an account of his own."""
    return people.create_user("owner", "", "agent")


@pytest.fixture
def mine(owner: User, now: datetime) -> QuarantinedMessage:
    """Put aside from the owner's account."""
    account = EmailAccount.objects.create(
        email_account_id="OWN", email_address="own@mailroom.test", personal_owner=owner
    )
    return filing.quarantine(account, store.put(RAW), "ValueError: his own", "filing", now)


@pytest.fixture
def shared(now: datetime) -> QuarantinedMessage:
    """Put aside from an account of the firm."""
    account = EmailAccount.objects.create(email_account_id="INBOX", email_address="inbox@mailroom.test")
    return filing.quarantine(account, store.put(letter("b")), "ValueError: the firm's", "filing", now)


def test_the_owner_has_the_window_in_his_navigation_with_his_own_mail_alone(
    owner: User, mine: QuarantinedMessage, shared: QuarantinedMessage
) -> None:
    client = signed_in(owner)
    home = read(client, "/co409070/")
    assert 'title="Quarantine (SM507020)"' in home
    assert "1 quarantined email" in home
    text = read(client, f"/sm507020/?open={mine.pk}")
    assert "ValueError: his own" in text
    assert "For the owner" in text
    assert "the firm" not in text
    assert client.get(f"/sm507020/?open={shared.pk}").status_code == 404
    source = client.get(f"/sm507020/{mine.pk}/source/?download")
    assert b"".join(source.streaming_content) == RAW  # type: ignore[attr-defined]  # a streaming response


def test_a_teammate_without_an_account_of_his_own_has_no_window(agent: User, mine: QuarantinedMessage) -> None:
    assert 'title="Quarantine (SM507020)"' not in read(signed_in(agent), "/co409070/")
    assert signed_in(agent).get("/sm507020/").status_code == 403


def test_the_owner_replays_and_discards_his_own(owner: User, mine: QuarantinedMessage, now: datetime) -> None:
    other = filing.quarantine(mine.account, store.put(letter("c")), "odd", "filing", now)
    client = signed_in(owner)
    client.post("/sm507020/do/replay/", {"ids": mine.pk})
    assert Email.objects.get().account == mine.account
    client.post("/sm507020/do/discard/", {"ids": other.pk, "confirmed": "1"})
    found = {row.pk: (row.closed_how, row.closed_by) for row in QuarantinedMessage.objects.all()}
    assert found == {mine.pk: ("replayed", owner), other.pk: ("discarded", owner)}


@pytest.mark.parametrize("action", ["replay", "replay-all", "discard"])
def test_the_owner_acts_on_no_mail_of_others(
    owner: User, mine: QuarantinedMessage, shared: QuarantinedMessage, agent: User, action: str
) -> None:
    address, chosen = f"/sm507020/do/{action}/", {"ids": shared.pk, "confirmed": "1"}
    client = signed_in(owner)
    if action == "replay-all":
        client.post(address, {"everything": "1"})
    else:
        assert client.post(address, chosen).status_code == 404
        assert client.post(address, {"ids": 999_999, "confirmed": "1"}).status_code == 404
    assert client.get(address).status_code == 405
    assert client.get(f"/sm507020/{shared.pk}/source/").status_code == 404
    assert signed_in(agent).post(address, {"ids": mine.pk, "confirmed": "1"}).status_code == 403
    assert Client().post(address, {"ids": mine.pk, "confirmed": "1"}).status_code == 302
    shared.refresh_from_db()
    assert shared.closed_at is None


def test_an_owner_who_only_reads_changes_nothing(owner: User, mine: QuarantinedMessage) -> None:
    User.objects.filter(pk=owner.pk).update(role="reader")
    client = signed_in(User.objects.get(pk=owner.pk))
    assert "his own" in read(client, "/sm507020/")
    assert client.post("/sm507020/do/replay/", {"ids": mine.pk}).status_code == 403
    assert client.post("/sm507020/do/discard/", {"ids": mine.pk, "confirmed": "1"}).status_code == 403
    assert not Email.objects.exists()


@pytest.fixture
def asking() -> Callable[..., Any]:
    """Ask the API with a token of a person."""

    def ask(user: User, method: str, address: str = "") -> Any:
        token = sign_in.make_token(user, clock.now())
        return Client().generic(method, f"/api/v1/quarantine{address}", headers={"Authorization": f"Bearer {token}"})

    return ask


def test_the_api_gives_the_owner_his_own(
    owner: User, agent: User, mine: QuarantinedMessage, shared: QuarantinedMessage, asking: Callable[..., Any]
) -> None:
    assert [item["id"] for item in asking(owner, "GET").json()["items"]] == [mine.pk]
    assert b"".join(asking(owner, "GET", f"/{mine.pk}/raw").streaming_content) == RAW
    for method, place in (("GET", ""), ("GET", "/raw"), ("POST", "/replay"), ("POST", "/discard")):
        assert asking(owner, method, f"/{shared.pk}{place}").status_code == 404
        assert asking(agent, method, f"/{mine.pk}{place}").status_code == 403
    assert asking(agent, "GET").status_code == 403
    assert asking(owner, "GET", "/files").status_code == 403
    assert asking(owner, "POST", f"/{mine.pk}/replay").json()["closed_how"] == "replayed"
    shared.refresh_from_db()
    assert shared.closed_at is None
