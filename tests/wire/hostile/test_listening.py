"""Push (IDLE): a listener an account, back by itself when the server goes, and never two for one account."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from mailroom.flows.receiving import folders, listener
from mailroom.flows.receiving.listener import Listener
from mailroom.flows.receiving.models import ReceivingOptions, ReceivingState
from mailroom.flows.receiving.watch import LEASE, Watch
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.preferences import current
from mailroom.records.preferences.models import EmailPreferences
from tests.factories.accounts import AccountFactory
from tests.servers.hostile import script
from tests.servers.hostile.imap import HostileImap
from tests.wire.hostile.test_receiving_from_hostile_servers import MAILS, account_on

pytestmark = pytest.mark.django_db(transaction=True)
PUSH = "IMAP4rev1 UIDPLUS MOVE IDLE"


class Woken:
    """Remembers who was woken."""

    def __init__(self) -> None:
        self.accounts: list[int] = []
        self.again = threading.Event()

    def __call__(self, account_id: int) -> None:
        self.accounts.append(account_id)
        self.again.set()

    def wait(self) -> None:
        assert self.again.wait(20)
        self.again.clear()


def until(condition: Callable[[], bool]) -> None:
    over = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < over
        time.sleep(0.02)


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[EmailAccount], Woken]]:
    """Starts listeners that are stopped at the end."""
    monkeypatch.setattr(listener, "FIRST_PAUSE", 0.01)
    started: list[Listener] = []

    def start(account: EmailAccount) -> Woken:
        woken = Woken()
        ReceivingState.objects.get_or_create(account=account)
        started.append(Listener(account, woken).start())
        return woken

    yield start
    for one in started:
        one.stop()
        one.join(10)


def push(wire: script.Wire) -> bool:
    wire.send(b"+ idling\r\n* 4 EXISTS\r\n")
    return script.hang(wire)


def test_a_push_wakes_receiving(accounts: AccountFactory, listening: Callable[[EmailAccount], Woken]) -> None:
    with HostileImap(MAILS, {"IDLE": push}, capabilities=PUSH) as server:
        account = account_on(accounts, server)
        woken = listening(account)
        until(lambda: len(woken.accounts) >= 2)  # once when listening began, once by the push
        assert set(woken.accounts) == {account.pk}
        assert ReceivingState.objects.get(account=account).watched_since


@pytest.mark.parametrize("trouble", [script.drop, script.reset, script.say(b"* BYE restart"), script.say(b"what?")])
def test_a_listener_that_lost_its_server_comes_back_and_asks_for_what_it_missed(
    accounts: AccountFactory, listening: Callable[[EmailAccount], Woken], trouble: script.Step
) -> None:
    with HostileImap(MAILS, {"IDLE": script.once(trouble, 3)}, capabilities=PUSH) as server:
        woken = listening(account_on(accounts, server))
        until(lambda: server.commands.count("IDLE") >= 4)
        until(lambda: len(woken.accounts) >= 4)


def test_a_server_without_idle_is_polled_and_the_account_says_so(
    accounts: AccountFactory, listening: Callable[[EmailAccount], Woken]
) -> None:
    with HostileImap(MAILS) as server:
        account = account_on(accounts, server)
        listening(account)
        until(lambda: "polled" in ReceivingState.objects.get(account=account).watch_error)
        until(lambda: "LOGOUT" in server.commands)
        assert server.connections == 1


def test_one_process_listens_to_an_account_and_another_takes_over_when_it_is_gone(
    accounts: AccountFactory, now: datetime
) -> None:
    with HostileImap(MAILS, capabilities=PUSH) as server:
        account = account_on(accounts, server)
        first, second = Watch(Woken()), Watch(Woken())
        try:
            first.look(now)
            second.look(now)
            assert (list(first.listeners), list(second.listeners)) == ([(account.pk, "")], [])
            second.look(now + LEASE * 2)
            first.look(now + LEASE * 2)
            assert (list(first.listeners), list(second.listeners)) == ([], [(account.pk, "")])
        finally:
            first.stop()
            second.stop()


def test_only_accounts_that_want_push_are_listened_to(accounts: AccountFactory, now: datetime) -> None:
    """T14, T38: suspended, inactive, POP3, push off: no connection; never more listeners than a process may have."""
    with HostileImap(MAILS, capabilities=PUSH) as server:
        wanted = [account_on(accounts, server) for _ in range(3)]
        account_on(accounts, server, "POP3")
        account_on(accounts, server, active=False)
        ReceivingOptions.objects.create(account=account_on(accounts, server), push=False)
        watch = Watch(Woken(), most=2)
        try:
            watch.look(now)
            assert len(watch.listeners) == 2
            assert set(watch.listeners) <= {(account.pk, "") for account in wanted}
            watch.most = 10
            watch.look(now)
            assert set(watch.listeners) == {(account.pk, "") for account in wanted}
            EmailAccount.objects.filter(pk=wanted[0].pk).update(changed_at=now + timedelta(days=1))
            before = watch.listeners[(wanted[0].pk, "")]
            watch.look(now)
            assert watch.listeners[(wanted[0].pk, "")] is not before
            EmailPreferences.objects.update_or_create(pk=current.ROW, defaults={"suspend_email_processing": True})
            watch.look(now)
            assert watch.listeners == {}
        finally:
            watch.stop()


def test_the_first_named_folders_are_listened_to_beside_the_root_folder(
    accounts: AccountFactory, now: datetime
) -> None:
    """On a real server: mail that is put into such a folder wakes its account."""
    account, woken = accounts.make(), Woken()
    names = [f"Orders{number}" for number in range(6)]
    for name in names:
        account.mailbox.create_folder(name)  # type: ignore[attr-defined]  # the server's side
    folders.replace(account, [{"folder": name} for name in names])
    watch = Watch(woken)
    try:
        watch.look(now)
        assert sorted(folder for _account, folder in watch.listeners) == ["", *names[:4]]
        until(lambda: len(woken.accounts) >= 5)  # each asks once for what came before it listened
        woken.again.clear()
        account.mailbox.folder("Orders2").deliver(b"Subject: x\r\n\r\nHi\r\n")  # type: ignore[attr-defined]
        woken.wait()
        folders.replace(account, [])
        watch.look(now)
        assert list(watch.listeners) == [(account.pk, "")]
    finally:
        watch.stop()
