"""A backup restored elsewhere is the same installation and sends nothing by itself; damage is noticed in time."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailroom.base import clock
from mailroom.flows.keeping import archive, backup, restore
from mailroom.flows.receiving import receive
from mailroom.flows.sending import outbox
from mailroom.flows.sending.outbox import NewEmail, NewFile
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from tests.servers.app import App
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)
COMMANDS = """
import json, sys
from mailroom.faces.cli.main import main
for arguments in json.loads(sys.argv[1]):
    print(json.dumps({"status": main(arguments)}), flush=True)
"""


def commands(app: App, *lines: str) -> tuple[list[Any], str]:
    """Run commands in one process of an installation; what they print, line by line, and their messages."""
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, json.dumps([line.split() for line in lines])],
        env=app.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(("{", "["))]
    return [one for answer in answers for one in (answer if isinstance(answer, list) else [answer])], done.stderr


@pytest.fixture
def elsewhere(app: App) -> App:
    """An empty installation; when the tests run on PostgreSQL it is one on SQLite."""
    app.environment.pop("MAILROOM_DATABASE_URL", None)
    return app


@pytest.fixture
def furnished(account: EmailAccount) -> EmailAccount:
    """An account that has received a mail with a file, and has one mail queued and one planned."""
    now = clock.now()
    account.mailbox.folder("INBOX").deliver(
        b"From: Ola <ola@example.org>\r\nSubject: =?utf-8?q?F=C3=B8rst?=\r\n\r\nHei\r\n"
    )
    receive.receive_account(account.pk, now)
    draft = DraftFields(account=account, to=[Address("Kari", "kari@example.org")], subject="Reminder", text="Pay.")
    for send_at in (None, now + timedelta(days=30)):
        outbox.create(NewEmail(draft, [NewFile("a.txt", "text/plain", b"a")], True, 0, send_at), now, None)
    return account


def made(folder: Path, now: datetime, name: str = "backup.tar.gz", **options: Any) -> Path:
    path = folder / name
    backup.write(path, now, **options)
    return path


def test_a_restored_installation_holds_everything_and_sends_nothing_without_a_yes(
    furnished: EmailAccount, elsewhere: App, smtp_server: SmtpServer, now: datetime, tmp_path: Path
) -> None:
    """T46: mail, files, secrets and settings are there in either database; queued mail waits for a person."""
    file = made(tmp_path, now, with_key=True)
    account = furnished.email_account_id
    lines, messages = commands(
        elsewhere,
        f"restore {file} --json",
        "emails list --json",
        f"accounts test {account} --json",
        f"send {account} --json",
        "emails send-after-all",
        f"send {account} --json",
        f"restore {file}",
        f"restore {file} --replace --json",
    )
    answers = [line for line in lines if set(line) != {"status"}]
    statuses = [line["status"] for line in lines if set(line) == {"status"}]
    assert statuses == [0, 0, 0, 0, 0, 0, 2, 0], messages
    restored = answers[0]
    assert (restored["held"], restored["key_fits"]) == (1, True)
    listed = {row["id"]: row["subject"] for row in answers if "message_id" in row}
    assert listed == dict(Email.objects.values_list("pk", "subject"))
    sent = [row["sent"] for row in answers if "in_doubt" in row]
    assert sent == [0, 1]
    assert "Say --replace" in messages
    assert Path(answers[-1]["aside"]).exists()
    originals = Path(elsewhere.environment["MAILROOM_DATA"]) / "files"
    kept = sorted(path.name for path in originals.rglob("*") if path.is_file())
    assert kept == sorted({row.pack for row in store.StoredFile.objects.all()})


def test_a_backup_of_sqlite_goes_into_postgresql(
    furnished: EmailAccount, elsewhere: App, app: App, now: datetime, tmp_path: Path
) -> None:
    server = os.environ.get("MAILROOM_TEST_DATABASE_URL", "")
    if not server:
        return  # there is a PostgreSQL server in the other run only
    lines, messages = commands(
        elsewhere, f"restore {made(tmp_path, now, with_key=True)}", f"backup {tmp_path / 'second.tar'} --with-key"
    )
    assert [line["status"] for line in lines if "status" in line] == [0, 0], messages
    app.environment["MAILROOM_DATABASE_URL"] = f"{server.rpartition('/')[0]}/{app._database}"
    lines, messages = commands(app, f"restore {tmp_path / 'second.tar'} --json", "emails list --json")
    listed = {row["id"]: row["subject"] for row in lines if "message_id" in row}
    assert listed == dict(Email.objects.values_list("pk", "subject")), messages


def test_damage_is_noticed_and_nothing_is_changed(furnished: EmailAccount, now: datetime, tmp_path: Path) -> None:
    whole = made(tmp_path, now, "backup.tar").read_bytes()
    cut, bent = tmp_path / "cut.tar", tmp_path / "bent.tar"
    cut.write_bytes(whole[: len(whole) // 2])
    place = whole.index(b"Reminder")
    bent.write_bytes(whole[:place] + b"Remedies" + whole[place + 8 :])
    before = list(Email.objects.values_list("pk", "subject"))
    for file, words in ((cut, "cannot be read|no whole backup"), (bent, "is damaged")):
        with pytest.raises(archive.Damaged, match=words):
            restore.load(file, now, replace=True)
    assert list(Email.objects.values_list("pk", "subject")) == before


def test_a_backup_of_a_newer_version_is_refused(
    furnished: EmailAccount, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "FORMAT", restore.FORMAT + 1)
    with pytest.raises(restore.Refused, match="newer version"):
        restore.load(made(tmp_path, now), now, replace=True)
    assert Email.objects.exists()


def test_a_backup_never_writes_over_a_file_and_leaves_no_half_one(
    furnished: EmailAccount, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = made(tmp_path, now)
    with pytest.raises(backup.FileExists):
        backup.write(file, now)
    with pytest.raises(ZeroDivisionError):
        backup.write(tmp_path / "other.tar", now, told=lambda words: 1 // 0)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_no_secret_stands_in_a_backup_without_its_key(furnished: EmailAccount, now: datetime, tmp_path: Path) -> None:
    content = made(tmp_path, now, "backup.tar").read_bytes()
    assert furnished.password.encode() not in content
    assert furnished.email_address.encode() in content


def test_packs_that_are_gone_are_named(furnished: EmailAccount, now: datetime, tmp_path: Path) -> None:
    pack = store.StoredFile.objects.first().pack
    store.path_of(pack).unlink()
    assert backup.write(tmp_path / "backup.tar", now).missing == (pack,)
    assert (tmp_path / "backup.tar").stat().st_mode & 0o077 == 0  # it holds all mail


@pytest.mark.parametrize(
    "foreign",
    [
        {"name": "sqlite_master", "key": "name", "columns": [{"name": "sql", "kind": "TextField"}], "group": 0},
        {
            "name": "organisation_user",
            "key": "id",
            "columns": [{"name": 'id") SELECT 1 --"', "kind": "BigAutoField"}],
            "group": 0,
        },
        {"name": "django_session", "key": "session_key", "columns": [], "group": 0},
    ],
)
def test_a_file_that_names_tables_of_others_is_refused_before_anything_is_touched(
    administrator: User, now: datetime, tmp_path: Path, foreign: dict[str, Any]
) -> None:
    """Names go into statements: they are held against the tables that the version that wrote the file had."""
    manifest = archive.verify(made(tmp_path, now))
    forged = tmp_path / "forged.tar"
    with archive.Writer(forged) as writer:
        writer.add("manifest.json", json.dumps(manifest | {"tables": [*manifest["tables"], foreign]}).encode())
    with pytest.raises(restore.Refused, match="no table of ours"):
        restore.load(forged, now, replace=True)
    assert User.objects.filter(pk=administrator.pk).exists()
