"""Why an outgoing mail has not gone yet, and when it goes: one sentence in the person's time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailroom.base import clock
from mailroom.flows.sending.models import SendingOptions
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current


def spoken(at: datetime) -> str:
    """A local moment in words: Tue 1 Dec 08:00."""
    return f"{date_format(at, _('D j M'))} {at:%H:%M}"  # the letters are those of Django's date filter


OVERDUE = timedelta(seconds=20)  # by then a run has begun that had room for it


@dataclass(frozen=True, slots=True)
class Waits:
    """Why a mail has not gone yet, in a sentence; planned, or for a trouble."""

    words: str
    trouble: bool = True


def why(email: Email, user: User) -> Waits | None:
    """When a queued mail goes and what hindered it; None for one that goes at once or is held."""
    if email.direction != Direction.OUTGOING or email.status != Status.PENDING or email.next_attempt_at is None:
        return None
    now = clock.now()
    if email.start_at is not None and email.start_at > now:
        words = _("It goes %(when)s (%(zone)s).") % _moment(email.start_at, user)
        back = f" {_('It is taken back if the customer answers first.')}" if email.cancel_if_answered else ""
        return Waits(words + back, trouble=False)
    options = SendingOptions.objects.filter(pk=email.account_id).first()
    words = _of_account(email, options, user, now) or _of_mail(email, user, now) or _of_limits(email, options, now)
    return Waits(words) if words else None


def _of_account(email: Email, options: SendingOptions | None, user: User, now: datetime) -> str:
    """What keeps the account from sending: that uses up no attempt of its mails."""
    account = email.account.email_account_id
    if not email.account.active:
        return _("It waits: the account %(account)s is not active.") % {"account": account}
    if options is None or not options.last_error or options.held_until is None or options.held_until <= now:
        return ""
    words = _("The account %(account)s cannot send at present: %(error)s It is tried again %(when)s (%(zone)s).")
    error = options.last_error if options.last_error.endswith((".", "!", "?")) else f"{options.last_error}."
    facts = {"account": account, "error": error} | _moment(options.held_until, user)
    return f"{words % facts} {_('That is no failed attempt of this email.')}"


def _of_limits(email: Email, options: SendingOptions | None, now: datetime) -> str:
    """The limits of an account whose mail is due and has not gone."""
    if options is None or email.next_attempt_at is None or email.next_attempt_at > now - OVERDUE:
        return ""
    a_minute = min(filter(None, (options.limit_per_minute, options.learned_per_minute)), default=None)
    limits = [
        words % {"n": most}
        for most, words in (
            (a_minute, _("%(n)d a minute")),
            (options.limit_per_hour, _("%(n)d an hour")),
            (options.limit_per_domain_per_minute, _("%(n)d a minute to one domain")),
        )
        if most
    ]
    facts = {"account": email.account.email_account_id, "limits": ", ".join(limits)}
    return _("It waits its turn: the account %(account)s sends at most %(limits)s.") % facts if limits else ""


def _of_mail(email: Email, user: User, now: datetime) -> str:
    if not email.error or email.next_attempt_at is None or not email.attempts:
        return ""
    failed = ngettext("%(n)d attempt failed", "%(n)d attempts failed", email.attempts) % {"n": email.attempts}
    left = max(0, current.read().automatic_resend_attempts + 1 - email.attempts)
    more = ngettext("%(n)d more is made", "%(n)d more are made", left) % {"n": left}
    if email.next_attempt_at <= now:
        return _("%(failed)s; the next is made now.") % {"failed": failed}
    facts = {"failed": failed, "more": more} | _moment(email.next_attempt_at, user)
    return _("%(failed)s, %(more)s: the next %(when)s (%(zone)s).") % facts


def _moment(at: datetime, user: User) -> dict[str, str]:
    local = at.astimezone(user.zone).replace(tzinfo=None)
    return {"when": spoken(local), "zone": user.time_zone}
