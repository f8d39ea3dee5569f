"""Send, send later and Undo: what is checked before, when a mail goes, and the way back."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.faces.windows.kit import requests, toasts
from mailroom.faces.windows.kit.actions import Outcome
from mailroom.faces.windows.mail import commands, waiting
from mailroom.flows.sending import outbox
from mailroom.records.emails import inline_images, status
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from mailroom.records.organisation.models import PersonSetting, User

DEFAULT_UNDO = 10
LATEST = timedelta(days=366)
MORNING, AFTERNOON = time(8, 0), time(16, 0)


@dataclass(frozen=True, slots=True)
class Choice:
    """A quick choice of Send later: the local time it stands for, as forms write it, and its words."""

    value: str
    words: str


def choices(now: datetime, zone: ZoneInfo) -> list[Choice]:
    """Quick choices for sending later, soonest first; `now` is aware."""
    local = now.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
    tomorrow, monday = local.date() + timedelta(days=1), local.date() + timedelta(days=7 - local.weekday())
    found = [(_("In one hour"), local + timedelta(hours=1))]
    if local.time() < time(15, 0):
        found.append((_("This afternoon"), datetime.combine(local.date(), AFTERNOON)))
    found.append((_("Tomorrow morning"), datetime.combine(tomorrow, MORNING)))
    if monday != tomorrow:
        found.append((_("Monday morning"), datetime.combine(monday, MORNING)))
    return [Choice(f"{at:%Y-%m-%dT%H:%M}", f"{words}, {waiting.spoken(at)}") for words, at in found]


def start_of(request: HttpRequest, now: datetime) -> datetime | None:
    """When the person wants it sent: None for now; raises ValidationError for a time that cannot be."""
    wanted = request.POST.get("send") or request.POST.get("send_anyway") or ""
    text = request.POST.get("send_at", "") if wanted == "at" else wanted
    if wanted in {"1", "now"}:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValidationError(_("Choose a day and a time to send at.")) from None
    at = at if at.tzinfo else at.replace(tzinfo=requests.user_of(request).zone)
    if at <= now:
        raise ValidationError(_("The time to send at is over already. Choose a later one, or Send."))
    if at > now + LATEST:
        raise ValidationError(_("The time to send at is more than a year away."))
    return at


def send(request: HttpRequest, email: Email) -> None:
    """Queue the draft; keeps the toast with Undo. Raises ValidationError with what is wrong."""
    now, user = clock.now(), requests.user_of(request)
    at, seconds = start_of(request, now), undo_seconds(user)
    inline_images.drop_unused(email)
    try:
        outbox.enqueue(
            email.pk,
            now,
            user,
            undo_seconds=seconds,
            send_at=at,
            cancel_if_answered=bool(request.POST.get("cancel_if_answered")),
        )
    except (status.Refused, outbox.NoRecipient, outbox.BadAddress, store.FileMissing) as error:
        raise ValidationError(str(error)) from error
    email.refresh_from_db()
    toasts.keep(request, _toast(email, at, seconds, user))


def _toast(email: Email, at: datetime | None, seconds: int, user: User) -> toasts.Toast:
    who = email.to_line or email.cc_line or email.bcc_line
    undo: dict[str, Any] = {"undo_url": "/cr306015/do/undo-send/", "ids": (email.pk,)}
    if at is not None:
        local = at.astimezone(user.zone).replace(tzinfo=None)
        words = _("Email to %(who)s goes %(when)s") % {"who": who, "when": waiting.spoken(local)}
        return toasts.Toast(words, **undo, link_url=commands.open_address(email), link_text=_("Open email"))
    if not seconds:
        return toasts.Toast(_("Email queued"))
    words = _("Email to %(who)s goes in %(n)d s") % {"who": who, "n": seconds}
    return toasts.Toast(words, **undo, seconds=seconds, countdown=True)


def undo_send(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Undo after Send: the mail is a draft again, open where it was written."""
    outcome = commands.cancel(request, ids)
    if outcome.level != "ok" or len(ids) != 1:
        return outcome
    return Outcome(_("Sending was undone. The email is yours to change."), redirect=f"/cr306015/{ids[0]}/")


def undo_seconds(user: User) -> int:
    """How long this person can take a sent email back."""
    rows = PersonSetting.objects.filter(user=user, name="undo_seconds")
    chosen = rows.values_list("value", flat=True).first()
    return chosen if isinstance(chosen, int) and 0 <= chosen <= outbox.LONGEST_UNDO else DEFAULT_UNDO
