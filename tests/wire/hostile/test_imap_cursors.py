"""The cursor and the server: idle polls are cheap, UIDs that begin anew lose nothing, deletion spares others' mail."""

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from mailroom.flows.receiving import receive
from mailroom.flows.receiving.models import FolderCursor, ReceivingOptions, ServerMessage
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from tests.factories.accounts import AccountFactory
from tests.servers.hostile import imap, script
from tests.servers.hostile.imap import HeldMail, HostileImap
from tests.servers.hostile.pop3 import HostilePop3
from tests.wire.hostile.test_receiving_from_hostile_servers import MAILS, account_on, mail, stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_poll_with_nothing_new_takes_the_same_few_commands_in_any_mailbox(
    accounts: AccountFactory, now: datetime, size: int
) -> None:
    """T36: a mailbox of 100,000 mails with nothing new: a constant number of round trips."""
    with HostileImap() as server:
        server.mails = [HeldMail(uid, b"") for uid in range(1, size + 1)]
        account = account_on(accounts, server)
        FolderCursor.objects.create(account=account, folder="INBOX", uidvalidity=7, highest_uid=size)
        assert receive.receive_account(account.pk, now).error == ""
        assert server.commands == ["CAPABILITY", "LOGIN", "EXAMINE", "LOGOUT"]


def test_uids_that_begin_anew_under_the_same_uidvalidity_lose_nothing(accounts: AccountFactory, now: datetime) -> None:
    """T15: UIDs restart at 1 and UIDVALIDITY stays: what is new comes, what is known comes no second time."""
    with HostileImap(MAILS) as server:
        account = account_on(accounts, server)
        assert receive.receive_account(account.pk, now).stored == 3
        server.mails, server.highest = [HeldMail(1, mail(9)), HeldMail(2, MAILS[0])], 0
        result = receive.receive_account(account.pk, now)
        assert (result.stored, result.duplicate, result.error) == (1, 1, "")
        assert stored(account) == [*MAILS, mail(9)]
        server.mails.append(HeldMail(3, mail(9)))
        result = receive.receive_account(account.pk, now)
        assert (result.stored, result.duplicate) == (0, 1)


def test_a_server_that_lies_about_uidnext_is_asked_for_its_last_mail(accounts: AccountFactory, now: datetime) -> None:
    """T15: UIDNEXT of nonsense costs a round trip and fetches nothing twice."""
    lie = imap.answer("* 3 EXISTS\n* OK [UIDVALIDITY 7] x\n* OK [UIDNEXT 1] x\n{tag} OK done")
    with HostileImap(MAILS, {"EXAMINE": lie}) as server:
        account = account_on(accounts, server)
        assert receive.receive_account(account.pk, now).stored == 3
        assert receive.receive_account(account.pk, now).found == 0
        server.mails.append(HeldMail(4, mail(4)))
        assert receive.receive_account(account.pk, now).stored == 1


def test_a_mail_that_the_server_does_not_give_out_stops_none_after_it(accounts: AccountFactory, now: datetime) -> None:
    """T02: the refused one is told in words, asked for in every run, and stored when it comes at last."""
    with HostileImap(MAILS) as server:
        server.broken = {2}
        account = account_on(accounts, server)
        first = receive.receive_account(account.pk, now)
        assert stored(account) == [MAILS[0], MAILS[2]]
        assert "broken index" in first.error
        assert FolderCursor.objects.get(account=account).unreadable == [2]
        server.broken = set()
        assert receive.receive_account(account.pk, now).error == ""
        assert stored(account) == [MAILS[0], MAILS[2], MAILS[1]]
        assert FolderCursor.objects.get(account=account).unreadable == []


def test_what_has_gone_from_the_server_is_not_waited_for(accounts: AccountFactory, now: datetime) -> None:
    """T03: half of the mailbox is removed between the list of sizes and the fetch: the rest arrives."""
    mails = [mail(number) for number in range(1, 9)]
    with HostileImap(mails) as server:
        commands = itertools.count()

        def thin_out(_wire: script.Wire) -> bool:
            if next(commands) == 1:  # the first FETCH is for the sizes
                server.mails = [held for held in server.mails if held.uid % 2]
            return True

        server.script = {"UID FETCH": thin_out}
        account = account_on(accounts, server)
        assert receive.receive_account(account.pk, now).error == ""
        assert stored(account) == mails[::2]
        assert receive.receive_account(account.pk, now).found == 0


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 UIDPLUS"])
def test_deleting_never_takes_what_others_have_marked(
    accounts: AccountFactory, now: datetime, capabilities: str
) -> None:
    """T03: without UIDPLUS a bare EXPUNGE would take the mail that another program has marked as deleted."""
    with HostileImap(MAILS, capabilities=capabilities) as server:
        account = account_on(accounts, server)
        receive.receive_account(account.pk, now)
        server.mails.append(HeldMail(9, mail(9), {"\\Deleted"}))
        ReceivingOptions.objects.filter(account=account).update(remove_messages_from_server=True)
        FolderCursor.objects.filter(account=account).update(highest_uid=9)
        assert receive.receive_account(account.pk, now).error == ""
        assert [(held.uid, held.flags) for held in server.mails] == [(9, {"\\Deleted"})]


def test_a_server_without_move_gets_copies_and_loses_none(accounts: AccountFactory, now: datetime) -> None:
    with HostileImap(MAILS, capabilities="IMAP4rev1") as server:
        account = account_on(accounts, server)
        ReceivingOptions.objects.create(account=account, after_receiving="move", move_to_folder="Done")
        assert receive.receive_account(account.pk, now).error == ""
        assert server.moved["Done"] == MAILS
        assert server.mails == []


def test_a_move_whose_answer_never_came_is_asked_for_again_when_the_server_is_done_with_it(
    accounts: AccountFactory, now: datetime
) -> None:
    """T01: a server that is still moving would copy twice; a minute later what is left is asked for again."""
    with HostileImap(MAILS, {"UID MOVE": script.once(script.drop)}) as server:
        account = account_on(accounts, server)
        ReceivingOptions.objects.create(account=account, after_receiving="move", move_to_folder="Done")
        assert receive.receive_account(account.pk, now).error
        assert receive.receive_account(account.pk, now + timedelta(seconds=30)).error == ""
        assert not server.moved.get("Done")
        assert receive.receive_account(account.pk, now + timedelta(minutes=2)).error == ""
        assert server.moved["Done"] == MAILS
        assert stored(account) == MAILS


WITHOUT_MOVE = ["IMAP4rev1", "IMAP4rev1 UIDPLUS"]
MOVES = {"after_receiving": "move", "move_to_folder": "Done"}


@pytest.mark.parametrize("capabilities", WITHOUT_MOVE)
@pytest.mark.parametrize("moment", ["UID COPY", "UID STORE", "EXPUNGE", "UID EXPUNGE"])
def test_a_copy_is_made_once_wherever_a_move_without_move_breaks_off(
    accounts: AccountFactory, now: datetime, capabilities: str, moment: str
) -> None:
    """T01: what lies in the target folder already is removed from where it lay, and never copied again."""
    with HostileImap(MAILS, {moment: script.once(script.drop)}, capabilities=capabilities) as server:
        account = account_on(accounts, server)
        ReceivingOptions.objects.create(account=account, **MOVES)
        receive.receive_account(account.pk, now)
        assert receive.receive_account(account.pk, now + timedelta(minutes=2)).error == ""
        assert server.moved["Done"] == MAILS
        assert server.mails == []


def test_what_a_server_can_do_is_asked_of_it_after_the_sign_in(accounts: AccountFactory, now: datetime) -> None:
    """RFC 3501 §6.1.1: Dovecot, among others, tells of MOVE only then; a copy and a removal are not one step."""
    with HostileImap(MAILS, before_sign_in="IMAP4rev1 SASL-IR") as server:
        account = account_on(accounts, server)
        ReceivingOptions.objects.create(account=account, **MOVES)
        assert receive.receive_account(account.pk, now).error == ""
        assert "UID MOVE" in server.commands
        assert "UID COPY" not in server.commands


def test_another_mail_of_the_same_name_and_size_is_not_taken_for_the_copy(
    accounts: AccountFactory, now: datetime
) -> None:
    """The bytes decide: a mail that a stranger gave a known Message-ID makes no other one vanish."""
    with HostileImap(MAILS, {"UID COPY": script.once(script.drop)}, capabilities="IMAP4rev1") as server:
        server.moved["Done"] = [raw.replace(b"Hello", b"Other") for raw in MAILS]
        account = account_on(accounts, server)
        ReceivingOptions.objects.create(account=account, **MOVES)
        assert receive.receive_account(account.pk, now).error
        assert receive.receive_account(account.pk, now + timedelta(minutes=2)).error == ""
        assert server.moved["Done"][3:] == MAILS
        assert server.mails == []


def test_a_mail_without_a_message_id_is_known_by_its_size_and_bytes(accounts: AccountFactory, now: datetime) -> None:
    bare = [b"From: ola@example.org\r\nSubject: Mail %d\r\n\r\nHello\r\n" % number for number in range(3)]
    with HostileImap(bare, {"UID STORE": script.once(script.drop)}, capabilities="IMAP4rev1") as server:
        account = account_on(accounts, server)
        ReceivingOptions.objects.create(account=account, **MOVES)
        assert receive.receive_account(account.pk, now).error
        assert receive.receive_account(account.pk, now + timedelta(minutes=2)).error == ""
        assert server.moved["Done"] == bare
        assert server.mails == []


def test_a_server_that_copies_and_removes_nothing_gets_each_mail_once(accounts: AccountFactory, now: datetime) -> None:
    """A folder from which one may not delete: copies would pile up with every run."""
    refusal = imap.answer("{tag} NO [NOPERM] you may not")
    with HostileImap(MAILS, {"UID STORE": refusal}, capabilities="IMAP4rev1") as server:
        account = account_on(accounts, server)
        ReceivingOptions.objects.create(account=account, **MOVES)
        for run in range(4):
            assert "you may not" in receive.receive_account(account.pk, now + timedelta(minutes=2 * run)).error
        assert server.moved["Done"] == MAILS
        server.script = {}
        assert receive.receive_account(account.pk, now + timedelta(minutes=20)).error == ""
        assert (server.moved["Done"], server.mails) == (MAILS, [])


@pytest.mark.parametrize("pipelining", [False, True])
def test_pop3_stores_everything_and_deletes_it_for_good(
    accounts: AccountFactory, now: datetime, pipelining: bool
) -> None:
    mails = [mail(number) for number in range(1, 101)]
    mails[5] += b"..dots\r\n.\r\n...\r\n"
    with HostilePop3(mails, pipelining=pipelining) as server:
        account = account_on(accounts, server, "POP3")
        ReceivingOptions.objects.create(account=account, remove_messages_from_server=True)
        assert receive.receive_account(account.pk, now).stored == 100
        assert stored(account) == mails
        assert server.mails == {}


def test_a_pop3_deletion_that_was_not_made_final_is_asked_for_again(accounts: AccountFactory, now: datetime) -> None:
    """T01: gone before QUIT was answered: the server keeps the mail, the next run deletes it, and it is here once."""
    with HostilePop3(MAILS, {"QUIT": script.once(script.drop)}) as server:
        account = account_on(accounts, server, "POP3")
        ReceivingOptions.objects.create(account=account, remove_messages_from_server=True)
        assert receive.receive_account(account.pk, now).error
        assert len(server.mails) == 3
        assert not ServerMessage.objects.filter(account=account, cleaned_at__isnull=False).exists()
        assert receive.receive_account(account.pk, now).error == ""
        assert server.mails == {}
        assert Email.objects.filter(account=account).count() == 3


@pytest.mark.parametrize(
    "uidl",
    [
        script.say(b"-ERR no UIDL here"),
        script.say(b"+OK", b"1 same", b"2 same", b"3 same", b"."),
        script.say(b"+OK", b"1", b"nonsense", b"2 " + b"x" * 900, b"3 \xff\xfe", b"."),
    ],
)
def test_pop3_names_of_nonsense_lose_nothing_and_double_nothing(
    accounts: AccountFactory, now: datetime, uidl: script.Step
) -> None:
    """T15: no UIDL, one for all, one of 900 characters."""
    with HostilePop3(MAILS, {"UIDL": uidl}) as server:
        account = account_on(accounts, server, "POP3")
        for _ in range(2):
            assert receive.receive_account(account.pk, now).error == ""
        assert sorted(stored(account)) == MAILS


def test_pop3_renumbering_makes_no_duplicate(accounts: AccountFactory, now: datetime) -> None:
    """T15: the server gives every mail a new UIDL."""
    with HostilePop3(MAILS) as server:
        account = account_on(accounts, server, "POP3")
        receive.receive_account(account.pk, now)
        server.mails = {f"new-{number}": raw for number, raw in enumerate([*MAILS, mail(4)])}
        result = receive.receive_account(account.pk, now)
        assert (result.stored, result.duplicate) == (1, 3)


@pytest.mark.parametrize("protocol", ["IMAP", "POP3"])
@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (b"[UNAVAILABLE] backend away", "just now"),
        (b"[SYS/TEMP] later", "just now"),
        (b"Too many connections", "just now"),
        (b"Authentication timed out", "just now"),
        (b"[AUTHENTICATIONFAILED] wrong", "Check Username"),
    ],
)
def test_only_a_refused_password_is_shown_as_one(
    accounts: AccountFactory, now: datetime, protocol: str, words: bytes, kind: str
) -> None:
    """T18: a time-out or a busy server is never shown as a bad password."""
    server: HostileImap | HostilePop3
    if protocol == "IMAP":
        server = HostileImap(MAILS, {"LOGIN": imap.answer("{tag} NO " + words.decode())})
    else:
        server = HostilePop3(MAILS, {"PASS": script.say(b"-ERR " + words)})
    with server:
        error = receive.receive_account(account_on(accounts, server, protocol).pk, now).error
        assert kind in error


@pytest.mark.parametrize(("protocol", "moment"), [("IMAP", "LOGIN"), ("POP3", "PASS")])
@pytest.mark.parametrize("trouble", [script.hang, script.drop, script.reset])
def test_a_sign_in_without_an_answer_is_no_bad_password(
    accounts: AccountFactory, now: datetime, protocol: str, moment: str, trouble: script.Step
) -> None:
    """T18: silence and lost connections at the sign-in."""
    server = HostileImap(MAILS, {moment: trouble}) if protocol == "IMAP" else HostilePop3(MAILS, {moment: trouble})
    with server:
        error = receive.receive_account(account_on(accounts, server, protocol).pk, now).error
        assert error
        assert "Password" not in error


def change(account: EmailAccount) -> None:
    account.description = "changed"
    account.save()


@pytest.mark.parametrize("act", [change, EmailAccount.delete])
def test_an_account_that_is_changed_or_deleted_while_it_is_read_is_left_at_once(
    accounts: AccountFactory, now: datetime, act: object
) -> None:
    """T26: not one mail is stored after the change."""
    mails = [mail(number) for number in range(1, 11)]
    commands = itertools.count()
    with HostileImap(mails) as server:
        account = account_on(accounts, server)

        def meanwhile(_wire: script.Wire) -> bool:
            if next(commands) == 1:
                act(EmailAccount.objects.get(pk=account.pk))  # type: ignore[operator]
                connection.close()
            return True

        server.script = {"UID FETCH": meanwhile}
        assert receive.receive_account(account.pk, now).error
        assert Email.objects.count() == 0


def test_an_account_that_was_off_for_a_month_gets_everything(accounts: AccountFactory, now: datetime) -> None:
    """T37: thirty days of mail arrive when it is switched on again."""
    with HostileImap(MAILS[:1]) as server:
        account = account_on(accounts, server)
        receive.receive_account(account.pk, now)
        EmailAccount.objects.filter(pk=account.pk).update(active=False)
        assert receive.receive_account(account.pk, now).error
        server.mails += [HeldMail(uid, mail(uid)) for uid in range(2, 500)]
        EmailAccount.objects.filter(pk=account.pk).update(active=True)
        assert receive.receive_account(account.pk, now + timedelta(days=30)).stored == 498


@pytest.mark.parametrize("protocol", ["IMAP", "POP3"])
def test_connections_that_fail_leave_no_socket_behind(accounts: AccountFactory, now: datetime, protocol: str) -> None:
    """T38: whatever step a session dies in, its socket is closed."""
    moments = ["connect", "greeting", "LOGIN", "PASS", "EXAMINE", "UID SEARCH", "UID FETCH", "LIST", "UIDL", "RETR"]
    kind = HostileImap if protocol == "IMAP" else HostilePop3
    with kind(MAILS) as server:
        account = account_on(accounts, server, protocol)
        receive.receive_account(account.pk, now)
        ServerMessage.objects.all().delete()
        FolderCursor.objects.all().delete()
        before = sockets_of(server.port)
        for moment in moments * 4:
            server.script = {moment: script.drop}
            receive.receive_account(account.pk, now)
        assert sockets_of(server.port) <= before


def sockets_of(port: int) -> int:
    """How many sockets of this process are connected to a port."""
    ends = set()
    for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].rpartition(":")[2], 16) == port:
            ends.add(fields[9])
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(1 for link in links if link.removeprefix("socket:[").removesuffix("]") in ends)
