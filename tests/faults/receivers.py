"""A receiver that is killed again and again, on a mailbox to which mail keeps coming."""

import random
import time
from datetime import datetime, timedelta

from mailroom.flows.receiving import receive
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.files import store
from tests.factories.accounts import AccountFactory
from tests.faults import killing

TARGET = "Received"
HOW = {
    "leave": {},
    "mark read": {"after_receiving": "mark_read"},
    "move": {"after_receiving": "move", "move_to_folder": TARGET},
    "delete": {"remove_messages_from_server": True},
}


def letter(number: int) -> bytes:
    """A mail with a file, of a conversation of four."""
    return (
        f"From: ola@example.org\r\nMessage-ID: <{number}@killed>\r\nReferences: <{number // 4}@thread>\r\n"
        f"Subject: Mail {number}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\n\r\nHello {number}\r\n"
        f"--b\r\nContent-Type: application/pdf; name=same.pdf\r\n\r\nthe same in all\r\n--b--\r\n"
    ).encode()


def survive(accounts: AccountFactory, now: datetime, how: str, kills: int, seed: int) -> None:
    """Kill a receiver that many times; every mail is stored exactly once, and the server is as the account says."""
    account = accounts.make()
    ReceivingOptions.objects.create(account=account, **HOW[how])
    inbox = account.mailbox.folder("INBOX")
    account.mailbox.create_folder(TARGET)
    sent: list[bytes] = []

    def deliver(count: int) -> None:
        new = [letter(len(sent) + place) for place in range(count)]
        inbox.deliver(*new)
        sent.extend(new)

    def work() -> None:
        receive.receive_account(account.pk, now)

    deliver(2)
    calls = killing.calls_of(work)
    chance = random.Random(seed)
    for _kill in range(kills):
        deliver(2)
        while not killing.killed_at(chance.randint(1, calls), work):
            deliver(2)  # the work was shorter than the place of the kill: once more
    if how == "move":
        time.sleep(2)  # the server ends what the last of them asked for
    result = receive.receive_account(account.pk, now + timedelta(hours=1))
    assert result.error == ""
    assert_each_is_here_once(account, sent)
    assert inbox.raws() == (sent if how in {"leave", "mark read"} else [])
    if how == "move":
        assert sorted(account.mailbox.folder(TARGET).raws()) == sorted(sent)
    if how == "mark read":
        assert all("\\Seen" in message.flags for message in inbox.messages())


def assert_each_is_here_once(account: EmailAccount, sent: list[bytes]) -> None:
    """One email for each mail sent, with its bytes, its file and its conversation, and nothing in quarantine."""
    emails = Email.objects.filter(account=account).order_by("pk")
    assert sorted(store.read(bytes(email.raw_sha256)) for email in emails) == sorted(sent)
    assert not account.quarantine.exists()
    files = Attachment.objects.filter(email__account=account)
    assert files.count() == len(sent)
    assert files.values("file_id").distinct().count() == 1
    assert emails.values("thread_id").distinct().count() == -(-len(sent) // 4)
