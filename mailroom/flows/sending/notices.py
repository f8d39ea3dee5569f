"""Mails administrators what is new about alerts: once when raised, once when over, never by a broken account.

Employees are mailed what concerns them by the account that it happened on.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mailroom.flows.sending import outbox
from mailroom.flows.sending.outbox import NewEmail
from mailroom.flows.watching import alerts
from mailroom.flows.watching.models import Alert
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Lane
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee, User
from mailroom.records.organisation.models.people import Role
from mailroom.records.preferences import current

log = structlog.get_logger(__name__)
MOST = 100  # alerts in one mail


def tell(now: datetime) -> int:
    """One mail an administrator with all that is new; how many mails. What cannot be told now is told later."""
    rows = list(alerts.untold(now)[:MOST])
    account = _account() if rows else None
    if account is None:
        return 0
    receivers = [Address(str(user), address) for user in _administrators() if (address := _address(user))]
    with transaction.atomic():
        rows = [row for row in rows if _take(row, now)]
        return sum(_send(account, one, rows, now) for one in receivers if rows)


def tell_employee(employee: Employee, account: EmailAccount, subject: str, text: str, now: datetime) -> bool:
    """Mail an employee a notice from this account; False where he has no address that takes it."""
    address = people.address_of(employee)
    return bool(address) and _queue(account, Address(employee.name, address), subject, text, now, employee)


def _send(account: EmailAccount, to: Address, rows: Sequence[Alert], now: datetime) -> bool:
    return _queue(account, to, _subject(rows), _text(rows), now)


def _queue(
    account: EmailAccount, to: Address, subject: str, text: str, now: datetime, owner: Employee | None = None
) -> bool:
    extra = {"auto_submitted": "auto-generated"}
    fields = DraftFields(account, to=(to,), subject=subject, text=text, extra=extra)
    try:
        with transaction.atomic():
            email = outbox.create(NewEmail(fields, send=True, lane=Lane.NOTICE), now, None)
    except outbox.BadAddress as error:
        log.warning("notice not sent", error=str(error))
        return False
    if owner is not None:
        Email.objects.filter(pk=email.pk).update(owner=owner)
    return True


def _take(row: Alert, now: datetime) -> bool:
    """Whether it is ours to tell: of two workers one gets it."""
    name = "told_over_at" if row.withdrawn_at else "told_at"
    return bool(Alert.objects.filter(pk=row.pk, **{name: None}).update(**{name: now}))


def _account() -> EmailAccount | None:
    """The account that notices go by: the default one unless something stands against it, else any that works."""
    working = EmailAccount.objects.filter(active=True, personal_owner=None).exclude(pk__in=alerts.broken_accounts())
    working = working.exclude(outgoing_mail_server="")
    default = current.default_account_for(None)
    chosen = working.filter(pk=default.pk).first() if default else None
    return chosen or working.order_by("pk").first()


def _administrators() -> QuerySet[User]:
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).select_related("employee").order_by("pk")


def _address(user: User) -> str:
    employee = getattr(user, "employee", None)
    return people.address_of(employee) if employee else user.email


def _subject(rows: Sequence[Alert]) -> str:
    if len(rows) == 1:
        text = _("Over: %(words)s") if rows[0].withdrawn_at else _("Alert: %(words)s")
        return text % {"words": " ".join(rows[0].words.split())[:150]}
    raised = sum(1 for row in rows if not row.withdrawn_at)
    return _("Mailroom: %(new)d new alerts, %(over)d over") % {"new": raised, "over": len(rows) - raised}


def _text(rows: Sequence[Alert]) -> str:
    parts = []
    for row in rows:
        if row.withdrawn_at:
            values = {"when": f"{row.withdrawn_at:%Y-%m-%d %H:%M} UTC", "words": row.words}
            parts.append(_("Over since %(when)s: %(words)s") % values)
        else:
            parts.append(f"{row.words}\n{row.advice}")
    where = _("All alerts: %(address)s") % {"address": f"{settings.ENVIRONMENT.public_url}/#alerts"}
    return "\n\n".join([*parts, where]) + "\n"
