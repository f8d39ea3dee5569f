"""Putting an email off: out of the person's own list until a moment, then on top of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mailroom.records.conversations.models import Snooze
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User

LONGEST = timedelta(days=731)
MORNING = 8
EVENING = 18
MOST_BACK = 10


class BadTime(Exception):
    """The moment is past or too far away; the text tells a person what to do."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A quick choice: its key, and the moment in the person's zone."""

    key: str
    label: str
    until: datetime


def choices(local_now: datetime) -> list[Choice]:
    """The quick choices at this moment of the person's own time zone."""
    today = local_now.replace(minute=0, second=0, microsecond=0)
    found = [Choice("later", _("Later today"), today + timedelta(hours=4))] if local_now.hour < EVENING - 4 else []
    if local_now.hour < EVENING - 1:
        found.append(Choice("evening", _("This evening"), today.replace(hour=EVENING)))
    tomorrow = _morning(today, 1)
    found.append(Choice("tomorrow", _("Tomorrow morning"), tomorrow))
    monday = _morning(today, 7 - today.weekday())
    if monday != tomorrow:
        found.append(Choice("monday", _("Monday morning"), monday))
    found.append(Choice("month", _("In four weeks"), _morning(today, 28)))
    return found


def _morning(today: datetime, days: int) -> datetime:
    return (today + timedelta(days=days)).replace(hour=MORNING)


def put_off(emails: Sequence[Email], user: User, until: datetime, now: datetime) -> None:
    """Snooze emails for one person; raises BadTime."""
    if until <= now:
        raise BadTime(_("This moment has passed. Choose a later one."))
    if until > now + LONGEST:
        raise BadTime(_("Choose a moment within two years."))
    Snooze.objects.filter(user=user, email__in=emails).delete()
    rows = [Snooze(email=email, user=user, until=until, created_at=now) for email in emails]
    Snooze.objects.bulk_create(rows, ignore_conflicts=True)


def wake(email_ids: Collection[int], user: User) -> int:
    """Take emails back at once, or let those that came back stay where they are; returns how many."""
    return Snooze.objects.filter(user=user, email_id__in=list(email_ids)).delete()[0]


def without_sleeping(emails: QuerySet[Email], user: User, now: datetime) -> QuerySet[Email]:
    """A list without what the person has put off."""
    return emails.exclude(pk__in=Snooze.objects.filter(user=user, until__gt=now).values("email_id"))


def sleeping(emails: QuerySet[Email], user: User, now: datetime) -> QuerySet[Email]:
    """What the person has put off and what has not come back."""
    return emails.filter(pk__in=Snooze.objects.filter(user=user, until__gt=now).values("email_id"))


def back(user: User, now: datetime) -> list[Snooze]:
    """What came back and was not opened since, the latest first: it stands on top of the list."""
    rows = Snooze.objects.filter(user=user, until__lte=now)
    return list(rows.order_by("-until", "-id")[:MOST_BACK])


def of_email(email: Email, user: User) -> Snooze | None:
    """The person's own snooze of an email."""
    return Snooze.objects.filter(email=email, user=user).first()


def opened(email: Email, user: User, now: datetime) -> None:
    """The person opened an email that came back: it is back for good."""
    Snooze.objects.filter(email=email, user=user, until__lte=now).delete()
