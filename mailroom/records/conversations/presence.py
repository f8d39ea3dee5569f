"""Who else looks at a conversation now, and who answered it in the meantime."""

from datetime import datetime, timedelta

from mailroom.records.conversations.models import Doing, Presence
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.organisation.models import User

LIFE = timedelta(seconds=45)
BEAT_SECONDS = 20
MOST = 8


def beat(email: Email, user: User, doing: Doing, now: datetime) -> None:
    """This person has the email open, or answers it; holds for 45 seconds."""
    Presence.objects.update_or_create(email=email, user=user, defaults={"doing": doing, "until": now + LIFE})
    if now.second < BEAT_SECONDS:  # a third of the beats sweeps away what has passed
        Presence.objects.filter(until__lt=now - LIFE).delete()


def leave(email: Email, user: User) -> None:
    """The person closed the email."""
    Presence.objects.filter(email=email, user=user).delete()


def others(email: Email, user: User, now: datetime) -> list[Presence]:
    """Who else is at the conversation, those who answer first; a person once."""
    rows = Presence.objects.filter(until__gt=now).exclude(user=user).select_related("user")
    rows = rows.filter(email__thread=email.thread_id) if email.thread_id is not None else rows.filter(email=email)
    ordered = sorted(rows[: MOST * 4], key=lambda row: (row.doing != Doing.REPLYING, str(row.user)))
    return list({row.user_id: row for row in reversed(ordered)}.values())[::-1][:MOST]


def answered_meanwhile(draft: Email, now: datetime) -> list[Email]:
    """Answers of others in the conversation that were queued or sent since this draft was begun, newest first."""
    if draft.thread_id is None:
        return []
    rows = Email.objects.filter(
        thread=draft.thread_id,
        direction=Direction.OUTGOING,
        status__in=(Status.PENDING, Status.IN_PROCESS, Status.PROCESSED),
        date__gte=draft.created_at,
    ).exclude(pk=draft.pk)
    return list(rows.exclude(created_by=draft.created_by_id).select_related("created_by").order_by("-date")[:5])
