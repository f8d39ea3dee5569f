"""Security mail (SM204001): welcome, password changed, login recovery, password recovery.

It goes by the template of the email preferences, on the lane that runs before all other mail and also while email
processing is suspended. `((Password))` is a link that signs in once. What is stored for reading holds no link.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import structlog
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from mailroom.flows.sending import from_template, outbox
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime import bodies
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, EmailContent, Lane
from mailroom.records.files import store
from mailroom.records.notifications import render, standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation import recovery, sign_in
from mailroom.records.organisation.models import Recovery, SignInLink, User
from mailroom.records.preferences import current

log = structlog.get_logger(__name__)
Asked = TypeVar("Asked", bound=Model)
WELCOME_LIFE = timedelta(days=7)
RECOVERY_LIFE = timedelta(hours=1)
MOST_LINKS = 5  # links of one person in force, and mails to him within an hour: more are not made for who asks
AFTER_LINK = "/sm203010/"
AT_ONCE = 100  # requests that a worker answers in one go


class Kind(StrEnum):
    """The four mails, each by the field of the email preferences that names its template."""

    WELCOME = "new_user_welcome_email_template"
    PASSWORD_CHANGED = "password_changed_email_template"  # noqa: S105 the name of a field
    LOGIN_RECOVERY = "login_recovery_email_template"
    PASSWORD_RECOVERY = "password_recovery_email_template"  # noqa: S105 the name of a field


@dataclass(frozen=True, slots=True)
class Result:
    """The queued mail, or why there is none."""

    email: Email | None = None
    why_not: str = ""


def welcome(user: User, now: datetime) -> Result:
    """Tell a new user his username, with a link to choose a password."""
    return _send(Kind.WELCOME, user, now, WELCOME_LIFE)


def password_changed(user: User, now: datetime) -> Result:
    """Tell a user that his password was changed; one-time links that he did not use are over."""
    sign_in.end_links(user)
    return _send(Kind.PASSWORD_CHANGED, user, now)


def answer_recoveries(now: datetime) -> None:
    """Answer what was asked at the sign-in: whoever is found gets his mail, and nobody learns who was not."""
    each_alone(recovery.unanswered(now), lambda asked: _answer(asked, now))


def each_alone(asked: QuerySet[Asked], answer: Callable[[Asked], None]) -> None:
    """Answer requests for links, each taken and its mail queued in one transaction."""
    for request in asked[:AT_ONCE]:
        try:
            with transaction.atomic():
                answer(request)
        except Exception:  # whatever is wrong with one, the others have theirs; it is tried again within the hour
            log.exception("request for a link not answered", kind=type(request).__name__, number=request.pk)


def _answer(asked: Recovery, now: datetime) -> None:
    if recovery.take(asked, now):
        recover = recover_login if asked.what == Recovery.What.LOGIN else recover_password
        recover(asked.name, now)


def recover_login(address: str, now: datetime) -> list[Result]:
    """Send everybody with this address his username. Who asks must not learn whether there is anybody."""
    found = User.objects.filter(email__iexact=address, is_active=True).exclude(email="")
    return [_send(Kind.LOGIN_RECOVERY, user, now) for user in found[:MOST_LINKS] if not _asked_too_often(user, now)]


def recover_password(name: str, now: datetime) -> list[Result]:
    """Send a one-time link to the user with this login or address, unless too many are in force already."""
    by_login = User.objects.filter(login=name.lower(), is_active=True)
    found = by_login or User.objects.filter(email__iexact=name, is_active=True).exclude(email="")
    return [
        _send(Kind.PASSWORD_RECOVERY, user, now, RECOVERY_LIFE)
        for user in found[:MOST_LINKS]
        if not _asked_too_often(user, now)
    ]


def _asked_too_often(user: User, now: datetime) -> bool:
    """Whoever knows an address must not fill the mailbox behind it."""
    lately = Email.objects.filter(lane=Lane.SECURITY, created_at__gt=now - RECOVERY_LIFE)
    if lately.filter(recipients__address__iexact=user.email).count() >= MOST_LINKS:
        return True
    return SignInLink.objects.filter(user=user, used_at=None, expires_at__gt=now).count() >= MOST_LINKS


def _send(kind: Kind, user: User, now: datetime, link_life: timedelta | None = None) -> Result:
    if not user.email:
        return Result(why_not=_("%(user)s has no email address.") % {"user": user})
    template = _template(kind, user)
    account = from_template.account_of(template)
    if template is None or account is None:
        log.warning("security mail not sent", kind=kind.name, user=user.pk, account=account is not None)
        return Result(why_not=_("There is no email account to send from. Add one in System email accounts."))
    link = (
        f"{from_template.base_address()}/login/link/{sign_in.make_link(user, now, link_life)}/?next={AFTER_LINK}"
        if link_life
        else ""
    )
    to = Address(user.full_name, user.email)
    return queue(template, account, to, _values(user, account, now), {"Password": link} if link else {}, now)


def queue(
    template: NotificationTemplate,
    account: EmailAccount,
    to: Address,
    values: dict[str, str],
    links: dict[str, str],
    now: datetime,
) -> Result:
    """Queue a security mail; `links` sign in: they stand in what is sent, and not in what is stored for reading."""
    filled = render.fill(template, values | {name: _linked(link) for name, link in links.items()}).html
    filled += "".join(f"<p>{_linked(link)}</p>" for link in links.values() if link not in filled)
    shown = render.fill(template, values | dict.fromkeys(links, _("(one-time link)")))
    fields = DraftFields(
        account=account,
        to=[to],
        subject=shown.subject,
        html=filled,
        text=bodies.text_from_html(filled),
        extra={"auto_submitted": "auto-generated"},
    )
    try:
        files = from_template.files_of(template)
    except store.FileMissing:  # a sign-in mail goes all the same
        log.warning("template_file_missing", template=template.notification_id)
        files = []
    try:
        email = outbox.create(NewEmail(fields, files, send=True, lane=Lane.SECURITY), now, None)
    except outbox.BadAddress as error:
        return Result(why_not=str(error))
    if links:
        EmailContent.objects.filter(email=email).update(html=shown.html, text=bodies.text_from_html(shown.html))
        Email.objects.filter(pk=email.pk).update(preview="")
    return Result(email)


def _linked(link: str) -> SafeString:
    return format_html('<a href="{0}">{0}</a>', link)


def _template(kind: Kind, user: User) -> NotificationTemplate | None:
    """The chosen template, else the shipped one, in the person's language."""
    chosen: NotificationTemplate | None = getattr(current.read(), kind.value)
    found = chosen or standard.find(current.TEMPLATES[kind.value])
    return standard.in_language(found, user.language) if found is not None else None


def _values(user: User, account: EmailAccount, now: datetime) -> dict[str, str]:
    with translation.override(user.language):
        moment = date_format(localtime(now, user.zone), "j. F Y H:i" if user.language == "nb" else "j F Y H:i")
    return {
        "Company": from_template.company(account),
        "Name": str(user),
        "Username": user.login,
        "Url": from_template.base_address(),
        "Time": moment,
    }
