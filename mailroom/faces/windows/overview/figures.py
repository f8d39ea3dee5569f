"""What the Overview shows: a handful of queries, the same number at any size."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailroom.faces.windows.kit import counting
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import queries
from mailroom.records.emails.models import Email
from mailroom.records.emails.models.email import Box, Direction, Status
from mailroom.records.organisation.models import User

HOURS = 24
CHART = (720, 150, 30)


@dataclass(frozen=True, slots=True)
class Figure:
    """One tile: a label, a count, a note and where it leads."""

    label: str
    value: str
    note: str
    url: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the chart, in the units of its viewBox."""

    css: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Emails per hour as the template draws them."""

    bars: list[Bar]
    hours: list[tuple[float, str]]
    lines: list[tuple[float, int]]
    received: int
    sent: int
    words: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account with its health and what waits."""

    account: EmailAccount
    tone: str
    icon: str
    health: str
    received_at: datetime | None
    sent_at: datetime | None
    inbox: int
    outbox: int
    spark: str


def tiles(user: User, now: datetime) -> list[Figure]:
    """The queues: one query for the counts, one for the oldest that waits."""
    mine = queries.visible_to(user)
    day = now - timedelta(days=1)
    waiting = mine.filter(status=Status.PENDING)
    counts = counting.count_all(
        user,
        {
            "inbox": waiting.filter(direction=Direction.INCOMING),
            "outbox": waiting.filter(direction=Direction.OUTGOING),
            "pending": waiting,
            "failed": mine.filter(status=Status.FAILED, date__gte=day),
            "day": mine.filter(date__gte=day),
            "unassigned": unassigned(mine),
        },
    )
    oldest = waiting.order_by("date").values_list("date", flat=True).first()
    wait = _("oldest waits %(time)s") % {"time": span(now - oldest)} if oldest else _("nothing waits")
    word = {name: counting.words(count) for name, count in counts.items()}
    of_day = ngettext("of %(n)s email", "of %(n)s emails", counts["day"]) % {"n": word["day"]}
    return [
        Figure(_("Inbox queue"), word["inbox"], _("received, not processed"), "/sm507010/"),
        Figure(_("Outbox queue"), word["outbox"], _("waiting to be sent"), "/sm507010/"),
        Figure(_("Pending emails"), word["pending"], wait, "/sm507000/"),
        Figure(_("Failed, last 24 hours"), word["failed"], of_day, "/co409070/?tab=failed", bool(counts["failed"])),
        Figure(_("Unassigned"), word["unassigned"], _("incoming, without an owner"), "/co409000/?tab=unassigned"),
    ]


def unassigned(mine: QuerySet[Email]) -> QuerySet[Email]:
    """Incoming mail that nobody has been given."""
    return mine.filter(box=Box.INCOMING, owner__isnull=True, workgroup__isnull=True)


def failures(user: User, count: int = 5) -> list[Email]:
    """The newest failed emails."""
    return list(queries.visible_to(user).filter(status=Status.FAILED).order_by("-date", "-pk")[:count])


def hourly(user: User, now: datetime) -> dict[tuple[str, int], list[int]]:
    """Emails of the last 24 hours by direction and account, one number an hour, oldest first."""
    first = (now - timedelta(hours=HOURS - 1)).replace(minute=0, second=0, microsecond=0)
    counted = (
        queries.visible_to(user)
        .filter(date__gte=first, date__lte=now)
        .exclude(status=Status.DRAFT)
        .order_by()
        .annotate(hour=TruncHour("date"))
        .values("direction", "account_id", "hour")
        .annotate(emails=Count("pk"))
    )
    found: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * HOURS)
    for row in counted:
        slot = int((row["hour"] - first).total_seconds() // 3600)
        if 0 <= slot < HOURS:
            found[row["direction"], row["account_id"]][slot] += row["emails"]
    return found


def chart(found: Mapping[tuple[str, int], list[int]], now: datetime) -> Chart:
    """The bars for received and sent emails."""
    series = {
        way: [sum(column) for column in zip(*([0] * HOURS, *(v for k, v in found.items() if k[0] == way)), strict=True)]
        for way in (Direction.INCOMING, Direction.OUTGOING)
    }
    width, height, left = CHART
    top = nice(max(3, *series[Direction.INCOMING], *series[Direction.OUTGOING]))
    step = (width - left) / HOURS
    bars = [
        Bar(css, round(left + 4 + index * step + shift, 1), round(10 + height * (1 - count / top), 1),
            round(height * count / top, 1))
        for css, way, shift in (("bar-in", Direction.INCOMING, 0.0), ("bar-out", Direction.OUTGOING, 10.5))
        for index, count in enumerate(series[way])
        if count
    ]  # fmt: skip
    first = timezone.localtime(now - timedelta(hours=HOURS - 1))
    hours = [
        (round(left + 14 + index * step, 1), (first + timedelta(hours=index)).strftime("%H:00"))
        for index in range(0, HOURS, 3)
    ]
    lines = [(round(10 + height * part / 3, 1), round(top * (3 - part) / 3)) for part in range(4)]
    received, sent = sum(series[Direction.INCOMING]), sum(series[Direction.OUTGOING])
    words = _("Emails per hour, last 24 hours. Received %(received)d, sent %(sent)d.") % {
        "received": received,
        "sent": sent,
    }
    return Chart(bars, hours, lines, received, sent, words)


def nice(value: int) -> int:
    """The next value that three grid lines divide well."""
    size = 3
    while size < value:
        size = size * 2 if str(size)[0] in "36" else round(size * 2.5)
    return size


def accounts(user: User, found: Mapping[tuple[str, int], list[int]]) -> list[AccountLine]:
    """Every account the person may see, with what waits and how it does."""
    rows = EmailAccount.objects.select_related("receiving", "sending").filter(
        Q(personal_owner__isnull=True) | Q(personal_owner=user)
    )
    waiting: dict[tuple[int, str], int] = {
        (row["account_id"], row["direction"]): row["emails"]
        for row in Email.objects.filter(status=Status.PENDING)
        .order_by()
        .values("account_id", "direction")
        .annotate(emails=Count("pk"))
    }
    return [account_line(account, waiting, found) for account in rows.order_by("email_account_id")]


def account_line(account: EmailAccount, waiting: Mapping[Any, int], found: Mapping[Any, list[int]]) -> AccountLine:
    """One account of the table."""
    receiving, sending = getattr(account, "receiving", None), getattr(account, "sending", None)
    received_at, sent_at = getattr(receiving, "last_receive_at", None), getattr(sending, "last_send_at", None)
    error = getattr(receiving, "last_error", "") or getattr(sending, "last_error", "")
    tone, icon, health = "ok", "ok", _("Works")
    if not account.active:
        tone, icon, health = "", "pause", _("Not active")
    elif error:
        tone, icon, health = "bad", "fail", error.splitlines()[0][:160]
    elif account.last_test_passed is False:
        tone, icon, health = "bad", "fail", _("The last test failed")
    elif received_at is None and sent_at is None:
        tone, icon, health = "", "clock", _("Not used yet")
    return AccountLine(
        account, tone, icon, health, received_at, sent_at,
        waiting.get((account.pk, Direction.INCOMING), 0),
        waiting.get((account.pk, Direction.OUTGOING), 0),
        spark(found.get((Direction.OUTGOING, account.pk), [0] * HOURS)),
    )  # fmt: skip


def spark(values: list[int]) -> str:
    """The points of a small line, twelve pairs of hours in a box of 120 by 20."""
    pairs = [values[index] + values[index + 1] for index in range(0, HOURS, 2)]
    top = max(1, *pairs)
    return " ".join(f"{index * 10.9:.1f},{18 - 15 * value / top:.1f}" for index, value in enumerate(pairs))


def span(length: timedelta) -> str:
    """A wait in words: "2 h 17 min"."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes >= 2880:
        return _("%(d)d days") % {"d": minutes // 1440}
    if minutes >= 60:
        return _("%(h)d h %(m)d min") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(m)d min") % {"m": minutes}
