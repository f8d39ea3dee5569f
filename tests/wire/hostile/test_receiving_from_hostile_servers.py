"""Receiving from servers that lie, stall and break off: nothing is lost, nothing comes twice, the reason is said."""

from datetime import datetime

import pytest

from mailroom.flows.receiving import receive
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from tests.factories.accounts import AccountFactory
from tests.servers.certificates import Certificates
from tests.servers.dovecot import DovecotServer
from tests.servers.hostile import imap, script
from tests.servers.hostile.imap import HostileImap
from tests.servers.hostile.pop3 import HostilePop3
from tests.servers.hostile.script import Step
from tests.servers.hostile.server import HostileServer

pytestmark = pytest.mark.django_db(transaction=True)


def mail(number: int) -> bytes:
    return b"From: ola@example.org\r\nMessage-ID: <%d@hostile>\r\nSubject: Mail %d\r\n\r\nHello\r\n" % (number, number)


MAILS = [mail(number) for number in range(1, 4)]


def account_on(
    accounts: AccountFactory, server: HostileServer, protocol: str = "IMAP", **changes: object
) -> EmailAccount:
    return accounts.make(
        incoming_mail_protocol=protocol, **{"incoming_server_port": server.port, "timeout_seconds": 1} | changes
    )


def stored(account: EmailAccount) -> list[bytes]:
    """The originals of what was received, oldest first."""
    return [store.read(bytes(email.raw_sha256)) for email in Email.objects.filter(account=account).order_by("id")]


@pytest.mark.parametrize(
    ("moment", "trouble"),
    [
        ("connect", script.reset),
        ("connect", script.hang),
        ("greeting", script.drop),
        ("greeting", script.hang),
        ("greeting", script.say(b"* BYE too busy")),
        ("greeting", script.say(b"\x00\xff what?")),
        ("LOGIN", script.hang),
        ("EXAMINE", script.drop),
        ("UID SEARCH", script.half_close),
        ("UID FETCH", imap.half_a_literal),
        ("UID FETCH", script.then_hang(b"* 1 FETCH (UID 1 BODY[] {500}\r\nSubject: ha")),
        ("UID FETCH", script.endless_line),
        ("UID FETCH", imap.answer("{tag} BAD I do not know that")),
        ("UID FETCH", imap.answer("{tag} NO [SERVERBUG] internal error")),
    ],
)
def test_imap_trouble_at_any_moment_is_said_and_the_next_run_gets_everything(
    accounts: AccountFactory, now: datetime, moment: str, trouble: Step
) -> None:
    """T21, T23: a stop in mid-literal, lines without end, silence: an error in words, then all mails once."""
    with HostileImap(MAILS, {moment: script.once(trouble)}) as server:
        account = account_on(accounts, server)
        first = receive.receive_account(account.pk, now)
        again = receive.receive_account(account.pk, now)
        assert first.error
        assert again.error == ""
        assert stored(account) == MAILS


@pytest.mark.parametrize(
    "moment", ["connect", "greeting", "LOGIN", "CAPABILITY", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT"]
)
def test_unsolicited_responses_change_nothing(accounts: AccountFactory, now: datetime, moment: str) -> None:
    """T21: EXISTS, EXPUNGE, FETCH of a mail nobody asked for, and alerts in the middle of any answer."""
    noise = script.first_say(
        b"* 99 EXISTS", b"* OK [ALERT] maintenance at noon", b"* 2 FETCH (FLAGS (\\Seen))", b'* 3 FETCH (BODY[] "")'
    )
    hello = script.first_say(b"* OK early") if moment == "connect" else noise
    moments = {} if moment in {"connect", "greeting"} else {moment: hello}
    with HostileImap(MAILS, moments) as server:
        account = account_on(accounts, server)
        assert receive.receive_account(account.pk, now).error == ""
        assert stored(account) == MAILS


@pytest.mark.parametrize("uidvalidity", ["0", "nonsense", "-4", "99999999999999999999999"])
def test_a_uidvalidity_of_nonsense_makes_no_duplicate(
    accounts: AccountFactory, now: datetime, uidvalidity: str
) -> None:
    """T15: the server answers 0 or nonsense: the sync goes on."""
    with HostileImap(MAILS, uidvalidity=uidvalidity) as server:
        account = account_on(accounts, server)
        for _ in range(3):
            assert receive.receive_account(account.pk, now).error == ""
        server.mails.append(imap.HeldMail(4, mail(4)))
        assert receive.receive_account(account.pk, now).error == ""
        assert stored(account) == [*MAILS, mail(4)]


@pytest.mark.parametrize("capabilities", ["", "IMAP4", "imap4rev1 X-ODD=\\ ((", "IMAP4rev1 MOVE UIDPLUS LOGINDISABLED"])
def test_odd_capability_lists_are_lived_with(accounts: AccountFactory, now: datetime, capabilities: str) -> None:
    """T21: what a server says of itself is no reason to fall over: an error in words, or the mail."""
    with HostileImap(MAILS, capabilities=capabilities) as server:
        account = account_on(accounts, server)
        result = receive.receive_account(account.pk, now)
        assert bool(result.error) != (stored(account) == MAILS)


@pytest.mark.parametrize("refused", ["UID STORE", "UID EXPUNGE"])
def test_a_server_that_refuses_the_delete_makes_no_duplicate(
    accounts: AccountFactory, now: datetime, refused: str
) -> None:
    """T01: the mail stays on the server, and is stored once."""
    with HostileImap(MAILS, {refused: imap.answer("{tag} NO [NOPERM] not allowed")}) as server:
        account = account_on(accounts, server)
        ReceivingOptions.objects.create(account=account, remove_messages_from_server=True)
        errors = [receive.receive_account(account.pk, now).error for _ in range(3)]
        assert all("not allowed" in error for error in errors)
        assert stored(account) == MAILS


def test_a_server_that_lies_about_move_makes_no_duplicate(accounts: AccountFactory, now: datetime) -> None:
    """T01: MOVE is offered and then unknown."""
    with HostileImap(MAILS, {"UID MOVE": imap.answer("{tag} BAD unknown command")}) as server:
        account = account_on(accounts, server)
        ReceivingOptions.objects.create(account=account, after_receiving="move", move_to_folder="Done")
        assert all(receive.receive_account(account.pk, now).error for _ in range(2))
        assert stored(account) == MAILS


@pytest.mark.parametrize(
    ("moment", "trouble"),
    [
        ("greeting", script.drop),
        ("greeting", script.hang),
        ("greeting", script.say(b"-ERR busy")),
        ("LIST", script.say(b"+OK", b"one two", b"", b".")),
        ("UIDL", script.say(b"-ERR no such command")),
        ("UIDL", script.then_hang(b"+OK\r\n1 uid-1\r\n")),
        ("RETR", script.say(b"-ERR gone")),
        ("RETR", script.say_and_drop(b"+OK\r\nSubject: half")),
        ("RETR", script.endless_line),
    ],
)
def test_pop3_trouble_at_any_moment_loses_nothing(
    accounts: AccountFactory, now: datetime, moment: str, trouble: Step
) -> None:
    """T21, T23: whatever happened, after the next run every mail is there exactly once."""
    with HostilePop3(MAILS, {moment: script.once(trouble)}) as server:
        account = account_on(accounts, server, "POP3")
        receive.receive_account(account.pk, now)
        assert receive.receive_account(account.pk, now).error == ""
        assert sorted(stored(account)) == MAILS


def test_a_server_that_sends_a_kilobyte_a_second_is_read_to_the_end(accounts: AccountFactory, now: datetime) -> None:
    """T23: slow is not broken: the time-out is for silence."""
    raw = MAILS[0] + b"x" * 900 + b"\r\n"
    literal = b"* 1 FETCH (UID 1 FLAGS () BODY[] {%d}\r\n" % len(raw) + raw + b")\r\n"

    def drip(wire: script.Wire) -> bool:
        script.slow(literal, 1024)(wire)
        return imap.answer("{tag} OK done")(wire)

    with HostileImap([raw], {"UID FETCH": script.after(1, drip)}) as server:
        account = account_on(accounts, server)
        assert receive.receive_account(account.pk, now).error == ""
        assert stored(account) == [raw]


def test_tls_where_plain_was_meant_and_plain_where_tls_was_meant_are_errors_in_words(
    accounts: AccountFactory, now: datetime, dovecot: DovecotServer
) -> None:
    """T24: the wrong encryption never hangs and never signs in."""
    made: Certificates = dovecot.certificates
    with HostileImap(MAILS) as plain, HostileImap(MAILS, certificate=made.good) as encrypted:
        for server, encryption in [(plain, "ssl"), (plain, "starttls"), (encrypted, "none")]:
            account = account_on(accounts, server, incoming_server_encrypted_connection=encryption)
            assert receive.receive_account(account.pk, now).error
        assert "LOGIN" not in plain.commands + encrypted.commands
