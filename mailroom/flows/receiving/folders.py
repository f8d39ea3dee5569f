"""Which folders of an account are read, how far, and whose the mail in each of them is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from mailroom.flows.receiving.models import AccountFolder, FolderCursor, ServerMessage
from mailroom.flows.receiving.servers.contract import Cursor
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, Workgroup

KEYS = frozenset({"folder", "default_work_group", "default_owner"})


def named(account: EmailAccount) -> list[str]:
    """The folders that are listed by name."""
    return list(AccountFolder.objects.filter(account=account).values_list("folder", flat=True))


def defaults_of(email: Email) -> tuple[Workgroup | None, Employee | None]:
    """The default work group and owner of the folder that an email came into; None where the folder has none."""
    rows = AccountFolder.objects.select_related("default_work_group__default_owner", "default_owner")
    places = ServerMessage.objects.filter(email=email).values("folder")
    row = rows.filter(account=email.account_id, folder__in=places).order_by("pk").first()
    return (row.default_work_group, row.default_owner) if row else (None, None)


def cursor(account: EmailAccount, folder: str) -> Cursor:
    """How far a folder has been read."""
    row = FolderCursor.objects.filter(account=account, folder=folder).first()
    if row is None:
        return Cursor(folder)
    return Cursor(folder, row.uidvalidity, row.highest_uid, tuple(row.unreadable))


def remember(account: EmailAccount, here: Cursor) -> None:
    """Note what the server refused before the cursor passes it, and set aside what lay there when UIDs began anew."""
    if here.began_anew:
        _set_aside(account, here)
    row, _made = FolderCursor.objects.get_or_create(account=account, folder=here.folder)
    if row.unreadable != list(here.unreadable):
        FolderCursor.objects.filter(pk=row.pk).update(unreadable=list(here.unreadable))


def _set_aside(account: EmailAccount, here: Cursor) -> None:
    """Rows of mails whose UIDs are given out a second time keep their content under a UIDVALIDITY of their own."""
    rows = ServerMessage.objects.filter(account=account, folder=here.folder)
    lowest = rows.aggregate(lowest=Min("uidvalidity"))["lowest"] or 0
    rows.filter(uidvalidity=here.uidvalidity).update(uidvalidity=min(lowest, 0) - 1)


def note(account: EmailAccount, folder: str, now: datetime, left: int, error: str) -> None:
    """What the last look at a folder came to: how many mails the server still holds back, and any trouble."""
    FolderCursor.objects.update_or_create(
        account=account, folder=folder, defaults={"read_at": now, "left": left, "error": error}
    )


def known(account: EmailAccount, folder: str) -> frozenset[str]:
    """What POP3 has already given: its messages are known by their names alone."""
    if account.incoming_mail_protocol != IncomingMailProtocol.POP3:
        return frozenset()
    return frozenset(ServerMessage.objects.filter(account=account, folder=folder).values_list("uid", flat=True))


class Invalid(ValueError):
    """A list of folders that no account may have, in words."""


@transaction.atomic
def replace(account: EmailAccount, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Make these the account's named folders: `folder`, `default_work_group` and `default_owner` by their IDs.

    Raises Invalid; then nothing is changed.
    """
    rows = [_row(account, values) for values in wanted]
    names = [row.folder for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Invalid(_("The folder “%(folder)s” is listed twice.") % {"folder": twice[0]})
    AccountFolder.objects.filter(account=account).exclude(folder__in=names).delete()
    for row in rows:
        AccountFolder.objects.update_or_create(
            account=account,
            folder=row.folder,
            defaults={"default_work_group": row.default_work_group, "default_owner": row.default_owner},
        )


def _row(account: EmailAccount, values: Mapping[str, Any]) -> AccountFolder:
    name = str(values.get("folder") or "").strip()
    if not name or len(name) > 255 or set(values) - KEYS:
        raise Invalid(_("Each folder has a name of at most 255 characters, a default work group and a default owner."))
    workgroup = _found(Workgroup, "workgroup_id", values.get("default_work_group"))
    owner = _found(Employee, "employee_id", values.get("default_owner"))
    if owner and workgroup and not workgroup.members.filter(pk=owner.pk).exists():
        raise Invalid(
            _("%(owner)s does not belong to the default work group of %(folder)s.") % {"owner": owner, "folder": name}
        )
    return AccountFolder(account=account, folder=name, default_work_group=workgroup, default_owner=owner)


def _found(model: Any, key: str, value: Any) -> Any:
    if value in (None, ""):
        return None
    if isinstance(value, model):
        return value
    found = model._default_manager.filter(**{f"{key}__iexact": str(value)}).first()
    if found is None:
        raise Invalid(_("“%(value)s” was not found.") % {"value": value})
    return found


def export(account: EmailAccount) -> list[dict[str, str]]:
    """The named folders by the names that `replace` takes."""
    rows = AccountFolder.objects.filter(account=account).select_related("default_work_group", "default_owner")
    return [
        {
            "folder": row.folder,
            "default_work_group": row.default_work_group.workgroup_id if row.default_work_group else "",
            "default_owner": row.default_owner.employee_id if row.default_owner else "",
        }
        for row in rows
    ]
