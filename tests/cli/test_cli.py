"""The `mailroom` command as a process: exit statuses, JSON, and the way from an account to a sent mail."""

import base64
import json
from pathlib import Path

from tests.cli.installation import Command
from tests.factories import accounts
from tests.servers.dovecot import DovecotServer
from tests.servers.smtp import SmtpServer


def test_the_way_from_an_account_to_a_sent_mail(
    mailroom: Command, dovecot: DovecotServer, smtp_server: SmtpServer, tmp_path: Path
) -> None:
    mailbox = dovecot.add_mailbox()
    raw = b"From: a@example.org\r\nSubject: Hei\r\nMessage-ID: <1@example.org>\r\n\r\nHello\r\n"
    mailbox.folder("INBOX").deliver(raw)
    values = {"email_account_id": "SALES"} | accounts.receiving(dovecot, mailbox) | accounts.sending(smtp_server)
    (tmp_path / "accounts.json").write_text(json.dumps([values]))
    mailroom("accounts", "import", str(tmp_path / "accounts.json"))
    assert mailroom.json("accounts", "test", "SALES")["passed"]
    assert mailbox.password not in mailroom("accounts", "show", "SALES", "--json").decode()
    (received,) = mailroom.json("receive", "--all")
    assert (received["found"], received["stored"], received["error"]) == (1, 1, "")
    listed = json.loads(mailroom("emails", "list", "--window", "incoming", "--json"))
    assert (listed["subject"], listed["status"]) == ("Hei", "Processed")
    assert mailroom("emails", "raw", str(listed["id"])) == raw
    number = mailroom(
        "compose",
        "--account",
        "sales",
        "--to",
        mailbox.address,
        "--subject",
        "Svar",
        "--text",
        "-",
        "--send",
        stdin=b"Takk",
    )
    (sent,) = mailroom.json("send", "SALES")
    assert (sent["sent"], sent["failed"]) == (1, 0)
    assert mailroom.json("emails", "show", number.decode().strip())["recipients"][0]["outcome"] == "accepted"
    assert len(mailbox.folder("INBOX").wait_for(2)) == 2


def test_mail_gives_no_orders_to_the_terminal(mailroom: Command, tmp_path: Path) -> None:
    """What it says is seen: titles, the clipboard, moves of the cursor and turned letters stay words."""
    accounts = [{"email_account_id": "OLD", "email_address": "old@mailroom.test", "incoming_mail_protocol": "none"}]
    (tmp_path / "accounts.json").write_text(json.dumps(accounts))
    mailroom("accounts", "import", str(tmp_path / "accounts.json"))
    orders = "\x1b]52;c;cm0=\x07 \x9b2J \x1b[1A \u202emoc"
    coded = base64.b64encode(orders.encode()).decode()
    head = f"From: =?utf-8?b?{coded}?= <a@example.org>\nSubject: =?utf-8?b?{coded}?=\nMessage-ID: <1@example.org>\n"
    kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n"
    (tmp_path / "hostile.eml").write_text(f"{head}{kind}\n{coded}\n")
    mailroom("import", str(tmp_path / "hostile.eml"), "--account", "OLD")
    number = str(json.loads(mailroom("emails", "list", "--json"))["id"])
    asked = (["emails", "list"], ["emails", "list", "--json"], ["emails", "show", number])
    for arguments in (*asked, ["emails", "show", number, "--json"], ["parse", str(tmp_path / "hostile.eml")]):
        printed = mailroom(*arguments).decode()
        assert not set(printed) & set("\x1b\x07\x9b\u202e"), arguments
        assert "moc" in printed
    text = json.loads(mailroom("emails", "show", number, "--json"))["text"]
    assert "\u202emoc" in text
    mailroom("emails", "list", "--status", orders, status=2)
    mailroom("accounts", "show", orders, status=2)
    assert "\x1b" not in mailroom.messages


def test_wrong_use_exits_with_2_and_says_what_to_do(mailroom: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("- email_account_id: X\n  emial_address: y\n")
    for arguments in (["receive"], ["emails", "show", "99"], ["nonsense"], ["preferences", "set", "nothing", "1"]):
        mailroom(*arguments, status=2)
        assert mailroom.messages
    mailroom("accounts", "import", str(tmp_path / "bad.yaml"), status=1)
    assert "emial_address" in mailroom.messages


def test_people_get_tokens_and_links(mailroom: Command) -> None:
    mailroom(
        "users",
        "create",
        "kari",
        "--email",
        "kari@example.com",
        "--role",
        "agent",
        "--password-stdin",
        stdin=b"correct horse 1\n",
    )
    assert mailroom("users", "token", "kari").startswith(b"mailroom_")
    assert b"/login/link/" in mailroom("users", "link", "KARI")
    mailroom("users", "create", "kari", status=2)


def test_preferences_are_shown_and_set(mailroom: Command) -> None:
    mailroom("preferences", "set", "suspend_email_processing", "true")
    assert mailroom.json("preferences", "show")["suspend_email_processing"] is True


def test_parse_takes_any_bytes_and_needs_no_database(tmp_path: Path) -> None:
    mailroom = Command(tmp_path / "nowhere")
    (tmp_path / "one.eml").write_bytes(b"Subject: =?utf-8?q?H=C3=A5?=\n\nx")
    lines = mailroom.from_its_start("parse", str(tmp_path / "one.eml"), "-", stdin=bytes(range(256))).splitlines()
    assert json.loads(lines[0])["headers"]["subject"] == "Hå"
    assert len(lines) == 2
    assert not (tmp_path / "nowhere").exists()
    mailroom.from_its_start("parse", str(tmp_path / "none.eml"), status=1)


def test_settings_are_listed_and_a_misspelt_one_stops_the_start(mailroom: Command) -> None:
    assert b"MAILROOM_DATABASE_URL" in mailroom("settings")
    mailroom.environment["MAILROOM_DATABSE_URL"] = "x"
    mailroom.from_its_start("settings", status=2)
    assert "MAILROOM_DATABASE_URL" in mailroom.messages


def test_the_audit_trail_is_listed_and_narrowed(mailroom: Command) -> None:
    mailroom(
        "users",
        "create",
        "kari",
        "--email",
        "kari@example.org",
        "--role",
        "agent",
        "--password-stdin",
        stdin=b"correct horse battery\n",
    )
    found = mailroom.json(
        "audit-trail", "--kind", "user", "--action", "create", "--query", "kari", "--since", "2020-01-01"
    )
    assert [(one["kind"], one["action"], one["way"]) for one in found] == [("user", "create", "command line")]
    assert mailroom.json("audit-trail", "--until", "2020-01-01") == []
    assert len(mailroom.json("audit-trail", "--limit", "1")) == 1
    assert b"at " in mailroom("audit-trail")
    mailroom("audit-trail", "--action", "nonsense", status=2)
    mailroom("audit-trail", "--since", "yesterday", status=2)
