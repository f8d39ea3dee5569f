"""What was forgotten at the sign-in, noted for a worker: a page that looked itself would answer later for the known."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from mailroom.records.organisation.models import Recovery

ASKED_WITHIN = timedelta(hours=1)
MOST_OF_A_NAME = 5  # within an hour
MOST_FROM_A_PLACE = 200  # a company may stand behind one network address
KEPT = timedelta(days=1)


def ask(name: str, what: str, asked_from: str | None, now: datetime) -> bool:
    """Note it, known name or not: that takes the same time. False when it was asked too often."""
    asked = name.replace("\x00", "").strip()[:254]
    Recovery.objects.filter(asked_at__lt=now - KEPT).delete()
    lately = Recovery.objects.filter(asked_at__gt=now - ASKED_WITHIN)
    if not asked or lately.filter(name__iexact=asked, what=what).count() >= MOST_OF_A_NAME:
        return False
    if asked_from and lately.filter(asked_from=asked_from).count() >= MOST_FROM_A_PLACE:
        return False
    Recovery.objects.create(name=asked, what=what, asked_at=now, asked_from=asked_from)
    return True


def unanswered(now: datetime) -> QuerySet[Recovery]:
    """What was asked within the hour and not answered yet, the oldest first: nobody waits for a link any longer."""
    return Recovery.objects.filter(answered_at=None, asked_at__gt=now - ASKED_WITHIN).order_by("pk")


def take(asked: Recovery, now: datetime) -> bool:
    """Whether it is this worker's to answer."""
    return bool(Recovery.objects.filter(pk=asked.pk, answered_at=None).update(answered_at=now))
