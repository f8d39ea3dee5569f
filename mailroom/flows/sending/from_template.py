"""Mail made from a notification template and a record: from which account, with which values, as a preview or sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from mailroom.flows.sending import outbox
from mailroom.flows.sending.outbox import NewEmail, NewFile
from mailroom.mime import addresses, bodies, file_names
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import bounced, compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Lane
from mailroom.records.files import store
from mailroom.records.notifications import render, sources
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.notifications.render import Rendered
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current


class NoAccount(Exception):
    """There is no account that automatic mail can go from; the text says what to do."""


class ComesBack(outbox.NoRecipient):
    """Mail to everybody who would get it came back for good; the text says to whom."""


CANNOT_BE_SENT = (
    NoAccount, outbox.BadAddress, outbox.NoRecipient, compose.TooLarge, render.TooLong, store.FileMissing,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notice:
    """Mail that tells people of something: the template, the record, what it is about.

    `key` is what it is queued once for. Without `to` the template's own To, CC and BCC say who gets it; `account` is
    the one that it goes from where the template names none.
    """

    template: NotificationTemplate
    record: Any
    key: str
    related: tuple[str, int | None, str] = ("", None, "")
    to: Sequence[Address] = ()
    account: EmailAccount | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def own_account(template: NotificationTemplate | None) -> EmailAccount | None:
    """The template's *From*, where automatic mail may go from it: a personal account never."""
    own = template.from_account if template is not None else None
    return own if own is not None and own.active and own.personal_owner_id is None else None


def account_of(template: NotificationTemplate | None) -> EmailAccount | None:
    """The template's *From*, else the default account; a personal account is never used for automatic mail."""
    return own_account(template) or current.default_account_for(None)


def company(account: EmailAccount | None) -> str:
    """What `((Company))` says."""
    return (account.sender_name or account.email_address.rpartition("@")[2]) if account is not None else ""


def base_address() -> str:
    """What `((Url))` says: the address of this installation, without a slash at its end."""
    return (current.read().url_to_be_used_in_notifications or settings.ENVIRONMENT.public_url).rstrip("/")


def filled(template: NotificationTemplate, record: Any, now: datetime, **given: Any) -> Rendered:
    """The mail that a record makes of a template; `given` values go before the record's. Raises render.TooLong."""
    common = {"Company": company(account_of(template)), "Url": base_address(), "Time": now}
    return render.fill(template, sources.values(template.window_id, record, **common | given))


def files_of(template: NotificationTemplate) -> list[NewFile]:
    """The files of a template as those of a mail."""
    if template.pk is None:
        return []
    rows = template.files.select_related("file")
    return [NewFile(row.name, file_names.type_of(row.name), store.content_of(row.file)) for row in rows]


def send_test(template: NotificationTemplate, record: Any, to: str, by: User, now: datetime) -> Email:
    """Queue the mail for `to` alone, whatever the template's To, CC and BCC say.

    Raises NoAccount, render.TooLong, outbox.BadAddress or outbox.NoRecipient.
    """
    account = account_of(template)
    if account is None:
        raise NoAccount(_("There is no email account to send from. Add one in System email accounts."))
    made = filled(template, record, now)
    fields = DraftFields(
        account=account,
        to=[Address("", to.strip())] if to.strip() else [],
        subject=made.subject,
        html=bodies.sanitise_html(made.html),
        text=bodies.text_from_html(made.html),
        extra={"auto_submitted": "auto-generated"},
    )
    return outbox.create(NewEmail(fields, files=files_of(template), send=True), now, by)


def queue(notice: Notice, now: datetime) -> Email:
    """Queue a notice, held like all mail while processing is suspended; the same key twice is one mail.

    It never goes to an address of our own, nor to one that mail came back from for good. Raises ComesBack, NoAccount,
    render.TooLong, compose.TooLarge, store.FileMissing, outbox.BadAddress or
    outbox.NoRecipient: CANNOT_BE_SENT.
    """
    template = notice.template
    account = own_account(template) or notice.account or current.default_account_for(None)
    if account is None:
        raise NoAccount(_("There is no email account to send from. Add one in System email accounts."))
    made = filled(template, notice.record, now, **{"Company": company(account)} | dict(notice.given))
    lines = [outbox.address(line) for line in (made.to, made.cc, made.bcc)]
    to, cc, bcc = _reached([_others(found) for found in ([notice.to, (), ()] if notice.to else lines)])
    fields = DraftFields(
        account=account,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=made.subject,
        html=bodies.sanitise_html(made.html),
        text=bodies.text_from_html(made.html),
        related=notice.related,
        extra={"auto_submitted": "auto-generated"},
    )
    files = files_of(template)
    new = NewEmail(fields, files, send=True, idempotency_key=notice.key, lane=Lane.NOTICE)
    return outbox.create(new, now, None)


def _reached(lines: Sequence[Sequence[Address]]) -> list[list[Address]]:
    """Those whom mail still reaches."""
    given = [one.address for line in lines for one in line]
    back = bounced.for_good(given)
    reached = [[one for one in line if addresses.folded(one.address) not in back] for line in lines]
    if back and not any(reached):
        raise ComesBack(_("Mail to %(who)s comes back.") % {"who": ", ".join(given)})
    return reached


def _others(found: Sequence[Address]) -> list[Address]:
    """The addresses but those of our own accounts: what comes in there would be told of again."""
    own = compose.own_among(one.address for one in found)
    return [one for one in found if one.address not in own]
