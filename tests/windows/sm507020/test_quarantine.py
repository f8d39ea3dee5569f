"""Quarantine and quarantined files, by window, API and command line: what administrators do there, and nobody else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.faces.cli import main
from mailroom.flows.receiving import filing
from mailroom.flows.receiving.models import QuarantinedMessage, ReceivingOptions
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.files import store
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import User
from tests.factories.mails import fetched, file, letter
from tests.factories.pages import read, signed_in

pytestmark = pytest.mark.django_db
RAW = letter("odd", subject="<script>alert(1)</script>")


@pytest.fixture
def row(now: datetime) -> QuarantinedMessage:
    """A mail put aside for a reason that is over."""
    account = EmailAccount.objects.create(email_account_id="INBOX", email_address="inbox@mailroom.test")
    return filing.quarantine(account, store.put(RAW), "ValueError: this mail is odd", "filing", now)


@pytest.fixture
def held(now: datetime) -> Attachment:
    """A file that its account does not allow."""
    account = EmailAccount.objects.create(email_account_id="FILES", email_address="files@mailroom.test")
    ReceivingOptions.objects.create(account=account, allowed_attachment_types="pdf")
    filing.file_batch(account, fetched(letter("held", parts=[file("macro.xlsm", b"macro")])), now)
    return Attachment.objects.get()


def test_the_window_lists_what_waits_with_its_count_reason_and_source(
    row: QuarantinedMessage, administrator: User
) -> None:
    client = signed_in(administrator)
    text = read(client, f"/sm507020/?open={row.pk}")
    assert "ValueError: this mail is odd" in text
    assert "Filing it as an email" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text
    assert 'title="Quarantine (SM507020)"' in read(client, "/co409070/")


def test_the_source_is_text_that_nothing_in_it_runs(row: QuarantinedMessage, administrator: User) -> None:
    answer = signed_in(administrator).get(f"/sm507020/{row.pk}/source/")
    assert b"".join(answer.streaming_content) == RAW  # type: ignore[attr-defined]  # a streaming response
    assert answer["Content-Type"].startswith("text/plain")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_replay_makes_the_email_and_closes_the_row(row: QuarantinedMessage, administrator: User) -> None:
    client = signed_in(administrator)
    client.post("/sm507020/do/replay/", {"ids": row.pk})
    row.refresh_from_db()
    assert (row.closed_how, row.closed_by) == ("replayed", administrator)
    assert Email.objects.count() == 1
    assert "Nothing is in quarantine" in read(client, "/sm507020/")
    assert "Filed" in read(client, "/sm507020/?tab=closed")


def test_replay_all_takes_what_the_view_shows(row: QuarantinedMessage, administrator: User, now: datetime) -> None:
    filing.quarantine(row.account, store.put(letter("b")), "odd too", "filing", now)
    signed_in(administrator).post("/sm507020/do/replay-all/", {"everything": "1"})
    assert Email.objects.count() == 2


def test_discard_asks_first(row: QuarantinedMessage, administrator: User) -> None:
    client = signed_in(administrator)
    assert "Discard 1 email?" in client.post("/sm507020/do/discard/", {"ids": row.pk}).content.decode()
    row.refresh_from_db()
    assert row.closed_at is None
    client.post("/sm507020/do/discard/", {"ids": row.pk, "confirmed": "1"})
    row.refresh_from_db()
    assert (row.closed_how, row.closed_by) == ("discarded", administrator)


@pytest.mark.parametrize("action", ["replay", "replay-all", "discard"])
def test_nobody_else_acts_on_quarantined_mail(
    row: QuarantinedMessage, administrator: User, agent: User, action: str
) -> None:
    address = f"/sm507020/do/{action}/"
    chosen = {"ids": row.pk, "confirmed": "1"}
    assert signed_in(agent).post(address, chosen).status_code == 403
    assert signed_in(agent).get(f"/sm507020/{row.pk}/source/").status_code == 403
    assert Client().post(address, chosen).status_code == 302
    assert signed_in(administrator).post(address, {"ids": 999_999, "confirmed": "1"}).status_code == 404
    assert signed_in(administrator).get(address).status_code == 405
    assert signed_in(administrator).get("/sm507020/999999/source/").status_code == 404
    assert not Email.objects.exists()
    row.refresh_from_db()
    assert row.closed_at is None


def test_a_file_that_is_held_back_is_listed_and_released(held: Attachment, administrator: User) -> None:
    client = signed_in(administrator)
    assert "macro.xlsm" in read(client, "/sm507030/")
    assert "Release 1 file?" in client.post("/sm507030/do/release/", {"ids": held.pk}).content.decode()
    client.post("/sm507030/do/release/", {"ids": held.pk, "confirmed": "1"})
    held.refresh_from_db()
    assert held.state == "delivered"
    moved = held.email.status_changes.get(action="release")
    assert (moved.by, moved.reason) == (administrator, "macro.xlsm")
    assert "No file is held back" in read(client, "/sm507030/")


def test_nobody_else_releases_files_from_the_list(held: Attachment, administrator: User, agent: User) -> None:
    address, chosen = "/sm507030/do/release/", {"ids": held.pk, "confirmed": "1"}
    assert signed_in(agent).post(address, chosen).status_code == 403
    assert Client().post(address, chosen).status_code == 302
    assert signed_in(administrator).post(address, {"ids": 999_999, "confirmed": "1"}).status_code == 404
    assert signed_in(administrator).get(address).status_code == 405
    held.refresh_from_db()
    assert held.state == "quarantined"


def test_a_file_in_a_personal_account_is_listed_for_its_owner_alone(
    held: Attachment, administrator: User, asking: Callable[..., Any]
) -> None:
    owner = people.create_user("owner", "", "administrator")
    EmailAccount.objects.update(personal_owner=owner)
    client = signed_in(administrator)
    assert "macro.xlsm" not in read(client, "/sm507030/")
    assert client.post("/sm507030/do/release/", {"ids": held.pk, "confirmed": "1"}).status_code == 404
    assert asking("administrator", "GET", "/files").json()["items"] == []
    held.refresh_from_db()
    assert held.state == "quarantined"
    assert "macro.xlsm" in read(signed_in(owner), "/sm507030/")


def test_what_mail_of_a_personal_account_says_is_for_its_owner_alone(
    row: QuarantinedMessage, administrator: User, asking: Callable[..., Any]
) -> None:
    """An administrator sees that it is there, and can have it filed; a stranger sees nothing."""
    owner, stranger = people.create_user("owner", "", "administrator"), people.create_user("stranger", "", "agent")
    EmailAccount.objects.update(personal_owner=owner)
    shown = read(signed_in(administrator), f"/sm507020/?open={row.pk}")
    assert "ValueError: this mail is odd" in shown
    assert "account’s owner alone" in shown
    assert "alert(1)" not in shown
    assert signed_in(administrator).get(f"/sm507020/{row.pk}/source/").status_code == 404
    assert signed_in(administrator).get(f"/sm507020/{row.pk}/source/?download").status_code == 404
    assert signed_in(stranger).get(f"/sm507020/{row.pk}/source/").status_code == 403
    assert "alert(1)" in read(signed_in(owner), f"/sm507020/?open={row.pk}")
    assert signed_in(owner).get(f"/sm507020/{row.pk}/source/").status_code == 200
    assert asking("administrator", "GET", f"/{row.pk}/raw").status_code == 404
    assert asking("administrator", "GET", f"/{row.pk}").json()["reason"] == "ValueError: this mail is odd"
    assert asking("administrator", "POST", f"/{row.pk}/replay").json()["closed_how"] == "replayed"
    EmailAccount.objects.update(personal_owner=User.objects.get(login="api-administrator"))
    assert b"".join(asking("administrator", "GET", f"/{row.pk}/raw").streaming_content) == RAW


@pytest.fixture
def asking(now: datetime) -> Callable[..., Any]:
    """Ask the API as somebody of a role."""

    def ask(role: str, method: str, address: str) -> Any:
        user = User.objects.filter(login=f"api-{role}").first() or people.create_user(f"api-{role}", "", role)
        token = sign_in.make_token(user, clock.now())
        return Client().generic(method, f"/api/v1/quarantine{address}", headers={"Authorization": f"Bearer {token}"})

    return ask


def test_the_api_lists_shows_replays_and_discards(
    row: QuarantinedMessage, now: datetime, asking: Callable[..., Any]
) -> None:
    other = filing.quarantine(row.account, store.put(letter("b")), "odd too", "filing", now)
    first = asking("administrator", "GET", "?limit=1").json()
    assert [item["id"] for item in first["items"]] == [other.pk]
    second = asking("administrator", "GET", f"?limit=1&cursor={first['cursor']}").json()
    assert ([item["id"] for item in second["items"]], second["cursor"]) == ([row.pk], None)
    assert asking("administrator", "GET", f"/{row.pk}").json()["reason"] == "ValueError: this mail is odd"
    assert b"".join(asking("administrator", "GET", f"/{row.pk}/raw").streaming_content) == RAW
    replayed = asking("administrator", "POST", f"/{row.pk}/replay").json()
    assert (replayed["closed_how"], replayed["email"]) == ("replayed", Email.objects.get().pk)
    assert asking("administrator", "POST", f"/{row.pk}/replay").status_code == 409
    assert asking("administrator", "POST", f"/{other.pk}/discard").json()["closed_how"] == "discarded"
    assert asking("administrator", "POST", f"/{other.pk}/discard").status_code == 409
    assert len(asking("administrator", "GET", "?closed=true").json()["items"]) == 2


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", ""), ("GET", "/{}"), ("GET", "/{}/raw"), ("POST", "/{}/replay"), ("POST", "/{}/discard")],
)
def test_the_api_of_quarantine_is_for_administrators(
    row: QuarantinedMessage, asking: Callable[..., Any], method: str, address: str
) -> None:
    assert asking("agent", method, address.format(row.pk)).status_code == 403
    assert Client().generic(method, f"/api/v1/quarantine{address.format(row.pk)}").status_code == 401
    if address:
        assert asking("administrator", method, address.format(999_999)).status_code == 404
        assert asking("administrator", method, address.format(2**70)).status_code == 404
    assert asking("administrator", "DELETE", address.format(row.pk)).status_code == 405
    row.refresh_from_db()
    assert row.closed_at is None


def test_the_command_line_lists_replays_and_discards(
    row: QuarantinedMessage, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    other = filing.quarantine(row.account, store.put(letter("b")), "odd too", "filing", now)
    assert main.main(["quarantine", "list"]) == 0
    assert "ValueError: this mail is odd" in capsys.readouterr().out
    assert main.main(["quarantine", "replay", str(row.pk)]) == 0
    assert main.main(["quarantine", "replay", str(row.pk)]) == 1
    assert "filed already" in capsys.readouterr().err
    assert main.main(["quarantine", "discard"]) == 2
    assert main.main(["quarantine", "discard", "--all"]) == 0
    other.refresh_from_db()
    assert (other.closed_how, Email.objects.count()) == ("discarded", 1)
