"""Several folders of one account: a cursor each, an owner and a work group each, and trouble that stays where it is."""

from datetime import datetime

import pytest

from mailroom.flows.receiving import folders, receive, state
from mailroom.flows.receiving.models import FolderCursor, ReceivingOptions
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User, Workgroup

pytestmark = pytest.mark.django_db(transaction=True)


def mail(name: str) -> bytes:
    return f"From: ola@example.org\r\nMessage-ID: <{name}@f>\r\nSubject: {name}\r\n\r\nHello {name}\r\n".encode()


def subjects(account: EmailAccount) -> list[str]:
    return sorted(Email.objects.filter(account=account).values_list("subject", flat=True))


def test_named_folders_are_read_each_with_its_cursor(account: EmailAccount, now: datetime) -> None:
    folders.replace(account, [{"folder": "Orders åæ"}, {"folder": "Old/Deep"}])
    account.mailbox.deliver(mail("in"))
    account.mailbox.folder("Orders åæ").deliver(mail("order"), mail("order2"))
    account.mailbox.folder("Old/Deep").deliver(mail("deep"))
    account.mailbox.folder("Other").deliver(mail("not wanted"))
    assert receive.receive_account(account.pk, now).stored == 4
    assert receive.receive_account(account.pk, now).found == 0
    cursors = dict(FolderCursor.objects.filter(account=account).values_list("folder", "highest_uid"))
    assert cursors == {"INBOX": 1, "Orders åæ": 2, "Old/Deep": 1}


def test_subfolders_of_the_root_are_read_when_wanted(account: EmailAccount, now: datetime) -> None:
    EmailAccount.objects.filter(pk=account.pk).update(root_folder="Shop")
    options = ReceivingOptions.objects.create(account=account)
    account.mailbox.deliver(mail("inbox"))
    account.mailbox.folder("Shop").deliver(mail("shop"))
    account.mailbox.folder("Shop/North").deliver(mail("north"))
    account.mailbox.folder("Shopping").deliver(mail("shopping"))
    receive.receive_account(account.pk, now)
    assert subjects(account) == ["shop"]
    ReceivingOptions.objects.filter(pk=options.pk).update(read_subfolders=True)
    receive.receive_account(account.pk, now)
    assert subjects(account) == ["north", "shop"]


def test_the_same_mail_in_two_folders_is_one_email(account: EmailAccount, now: datetime) -> None:
    folders.replace(account, [{"folder": "Copy"}])
    account.mailbox.deliver(mail("one"))
    account.mailbox.folder("Copy").deliver(mail("one"))
    result = receive.receive_account(account.pk, now)
    assert (result.stored, result.duplicate) == (1, 1)


def test_a_missing_folder_is_told_and_the_others_go_on(account: EmailAccount, now: datetime) -> None:
    """T01: trouble with one folder is that folder's alone."""
    folders.replace(account, [{"folder": "Aaa"}, {"folder": "Zzz"}])
    account.mailbox.folder("Zzz").deliver(mail("last"))
    result = receive.receive_account(account.pk, now)
    assert "Aaa" in result.error or "exist" in result.error
    assert subjects(account) == ["last"]
    assert FolderCursor.objects.get(account=account, folder="Aaa").error
    assert not FolderCursor.objects.get(account=account, folder="Zzz").error
    told = state.export(account)
    assert (told["failures"], told["last_receive_date"]) == (0, now)
    assert told["last_error"] == result.error


def test_what_is_moved_away_after_receiving_is_not_read_again(account: EmailAccount, now: datetime) -> None:
    ReceivingOptions.objects.create(
        account=account, read_subfolders=True, after_receiving="move", move_to_folder="INBOX/Done"
    )
    account.mailbox.create_folder("INBOX/Done")
    account.mailbox.deliver(mail("one"))
    assert receive.receive_account(account.pk, now).stored == 1
    assert receive.receive_account(account.pk, now).found == 0


def test_mail_gets_the_defaults_of_its_folder(account: EmailAccount, now: datetime, agent: User) -> None:
    employee = Employee.objects.get(user=agent)
    workgroup = Workgroup.objects.create(workgroup_id="ORDERS")
    workgroup.members.add(employee)
    folders.replace(account, [{"folder": "Orders", "default_work_group": "orders", "default_owner": "E2"}])
    account.mailbox.deliver(mail("in"))
    account.mailbox.folder("Orders").deliver(mail("order"))
    receive.receive_account(account.pk, now)
    assert folders.defaults_of(Email.objects.get(subject="order")) == (workgroup, employee)
    assert folders.defaults_of(Email.objects.get(subject="in")) == (None, None)


@pytest.mark.parametrize(
    "wanted",
    [
        [{"folder": ""}],
        [{"folder": "x" * 256}],
        [{"folder": "A"}, {"folder": "A"}],
        [{"folder": "A", "default_owner": "nobody"}],
        [{"folder": "A", "typo": 1}],
    ],
)
def test_a_bad_list_of_folders_is_refused_and_changes_nothing(
    account: EmailAccount, wanted: list[dict[str, object]]
) -> None:
    folders.replace(account, [{"folder": "Good"}])
    with pytest.raises(folders.Invalid):
        folders.replace(account, wanted)
    assert folders.named(account) == ["Good"]
