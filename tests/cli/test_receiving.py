"""What a person does about receiving without the windows: by the command, from a real server."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.installation import Command
from tests.factories import accounts
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import Mailbox

WITH_FILE = (
    b"From: a@example.org\r\nSubject: file\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/zip; name=held.zip\r\n\r\nPK\r\n--b--\r\n"
)
TOO_LARGE = b"From: a@example.org\r\nSubject: large\r\n\r\nThe end of it is here.\r\n" + b"x" * 70 * 100 + b"\r\n"


@pytest.fixture
def mailbox(dovecot: DovecotServer) -> Mailbox:
    return dovecot.add_mailbox()


@pytest.fixture
def mailroom(empty: Command, tmp_path: Path, dovecot: DovecotServer, mailbox: Mailbox) -> Command:
    values = {
        "email_account_id": "SALES",
        **accounts.receiving(dovecot, mailbox),
        "allowed_attachment_types": "pdf",
        "largest_email_bytes": 5000,
    }
    (tmp_path / "accounts.json").write_text(json.dumps([values]))
    empty("accounts", "import", str(tmp_path / "accounts.json"))
    return empty


def the_one(mailroom: Command) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(mailroom("emails", "list", "--json"))
    return found


def test_how_receiving_stands_is_shown(mailroom: Command, mailbox: Mailbox) -> None:
    assert mailroom.json("accounts", "show", "SALES")["receiving_state"]["last_run"] is None
    mailbox.deliver(WITH_FILE)
    mailroom("receive", "SALES")
    state = mailroom.json("accounts", "show", "SALES")["receiving_state"]
    assert (state["last_found"], state["last_stored"], state["last_error"]) == (1, 1, "")
    assert state["last_run"] < state["next_run"]
    assert state["lag_seconds"] is not None
    (folder,) = state["folders"]
    assert (folder["folder"], folder["highest_uid"]) == ("INBOX", mailbox.uids()[-1])


def test_a_held_back_file_is_listed_and_released(mailroom: Command, mailbox: Mailbox) -> None:
    mailbox.deliver(WITH_FILE)
    mailroom("receive", "SALES")
    (file,) = mailroom.json("quarantine", "files")
    assert (file["name"], file["account"], file["subject"]) == ("held.zip", "SALES", "file")
    number = str(file["email"])
    mailroom("emails", "release", number, "--file", "999999", status=2)
    assert mailroom.json("emails", "release", number, "--file", str(file["id"]))["released"] == ["held.zip"]
    assert mailroom.json("quarantine", "files") == []
    assert "release" in [row["action"] for row in mailroom.json("emails", "history", number)]
    mailroom("emails", "release", number, status=2)


def test_the_whole_of_an_oversized_mail_is_fetched(mailroom: Command, mailbox: Mailbox) -> None:
    """T40: too big is a header and a note, until somebody wants all of it."""
    mailbox.deliver(TOO_LARGE)
    mailroom("receive", "SALES")
    number = str(the_one(mailroom)["id"])
    assert b"The end of it" not in mailroom("emails", "raw", number)
    assert mailroom.json("emails", "fetch-whole", number)["error"] == ""
    assert mailroom("emails", "raw", number) == TOO_LARGE
    mailroom("emails", "fetch-whole", number, status=1)
    assert "already" in mailroom.messages


def test_a_mailbox_that_is_here_whole_has_no_gap_to_fetch(mailroom: Command, mailbox: Mailbox) -> None:
    mailbox.deliver(WITH_FILE)
    mailroom("receive", "SALES")
    made = mailroom.json("reconcile", "SALES", "--fetch")
    assert (made["on_server"], made["gaps"], made["fetch"]["fetched"], made["error"]) == (1, 0, 0, "")
