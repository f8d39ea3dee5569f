"""Raises and withdraws alerts: as often as one likes, one open row a trouble."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from mailroom.base import prepared
from mailroom.flows.watching.models import Alert, Kind, WatchingOptions
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

READERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.API})
AT_ONCE = frozenset({"password", "consent", "certificate"})  # no time heals these
BY_ACCOUNT = (Kind.CANNOT_RECEIVE, Kind.CANNOT_SEND, Kind.CONSENT)
DEFAULT_WAIT = WatchingOptions._meta.get_field("alert_after_minutes").get_default()


@dataclass(frozen=True, slots=True)
class Found:
    """A trouble: what is wrong in `words`, what to do in `advice`; shown when it has stood for `wait`."""

    kind: Kind
    subject: str
    words: str
    advice: str = ""
    account: EmailAccount | None = None
    wait: timedelta = timedelta(0)


def disk_full() -> Found:
    """One trouble of this machine, however many accounts run into it."""
    advice = _("Make room, or give the data folder a larger disk: mail stays on its server.")
    return Found(Kind.DISK, "", _("The disk is full: no email can be received."), advice)


def raise_(found: Found, now: datetime) -> None:
    """Open the alert, or bring the words of the open one up to date; one that got worse shows earlier, never later."""
    shows_at = now + found.wait
    for _attempt in range(2):
        row = Alert.objects.filter(kind=found.kind, subject=found.subject, withdrawn_at=None).first()
        if row is not None:
            _update(row, found, shows_at)
            return
        try:
            with transaction.atomic():
                Alert.objects.create(
                    kind=found.kind,
                    subject=found.subject,
                    account=found.account,
                    words=found.words,
                    advice=found.advice,
                    since=now,
                    shows_at=shows_at,
                )
        except IntegrityError:  # another worker found it at the same moment: its row is brought up to date
            continue
        return


def _update(row: Alert, found: Found, shows_at: datetime) -> None:
    changes: dict[str, Any] = {}
    if (row.words, row.advice) != (found.words, found.advice):
        changes |= {"words": found.words, "advice": found.advice}
    if shows_at < row.shows_at:
        changes["shows_at"] = shows_at
    if changes:
        Alert.objects.filter(pk=row.pk).update(**changes)


def withdraw(kinds: Collection[Kind], subject: str, now: datetime) -> None:
    """The trouble is over. What nobody was shown is forgotten."""
    _close(Alert.objects.filter(kind__in=kinds, subject=subject, withdrawn_at=None), now)


def settle(kind: Kind, found: Sequence[Found], now: datetime) -> None:
    """All troubles of this kind as they stand: those found are raised, the other open ones withdrawn."""
    for one in found:
        raise_(one, now)
    keep_only(kind, [one.subject for one in found], now)


def keep_only(kind: Kind, subjects: Iterable[str], now: datetime) -> None:
    """Withdraw the open troubles of this kind but those of these subjects."""
    _close(Alert.objects.filter(kind=kind, withdrawn_at=None).exclude(subject__in=list(subjects)), now)


def _close(rows: QuerySet[Alert], now: datetime) -> None:
    if rows.update(withdrawn_at=now):
        Alert.objects.filter(withdrawn_at=now, shows_at__gt=now, told_at=None).delete()


def failed(account: EmailAccount, way: Kind, kind: str, error: str, now: datetime) -> None:
    """An account could not receive or send. Lost consent is one alert for both ways, however often it is found."""
    if kind == "consent":
        raise_(Found(Kind.CONSENT, account.email_account_id, f"{account}: {error}", advice_for(account), account), now)
        return
    options = WatchingOptions.objects.filter(account=account).first()
    minutes = options.alert_after_minutes if options else DEFAULT_WAIT
    wait = timedelta(0) if kind in AT_ONCE else timedelta(minutes=minutes)
    raise_(Found(way, account.email_account_id, f"{account}: {error}", advice_for(account), account, wait), now)


def advice_for(account: EmailAccount) -> str:
    """Where to look."""
    text = _("Open %(account)s in System email accounts and press Test: it says at which step it stops.")
    return text % {"account": account}


def worked(account: EmailAccount, way: Kind, now: datetime) -> None:
    """An account received or sent: what stood against it is over."""
    withdraw((way, Kind.CONSENT), account.email_account_id, now)


def shown(now: datetime) -> QuerySet[Alert]:
    """The open alerts that have stood long enough to be shown."""
    return Alert.objects.filter(withdrawn_at=None, shows_at__lte=now).select_related("account")


def any_open() -> bool:
    """Whether there is an open alert, shown yet or not: asked on every page."""
    return bool(prepared.values(("open alert",), lambda: Alert.objects.filter(withdrawn_at=None).values_list("pk")[:1]))


def over() -> QuerySet[Alert]:
    """The alerts that were shown and withdrawn."""
    return Alert.objects.exclude(withdrawn_at=None).select_related("account")


def export(alert: Alert) -> dict[str, Any]:
    """An alert as the API and the command line print it."""
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "account": alert.account.email_account_id if alert.account else None,
        "words": alert.words,
        "advice": alert.advice,
        "since": alert.since.isoformat(),
        "withdrawn_at": alert.withdrawn_at.isoformat() if alert.withdrawn_at else None,
    }


def forget(now: datetime) -> None:
    """Withdraw what stands against accounts that are switched off; drop what was over three months ago."""
    _close(Alert.objects.filter(withdrawn_at=None, account__active=False), now)
    Alert.objects.filter(withdrawn_at__lt=now - timedelta(days=90)).delete()


def may_read(user: User) -> bool:
    """Alerts are for those who run the place."""
    return user.role in READERS


def untold(now: datetime) -> QuerySet[Alert]:
    """What the administrators have not been mailed: alerts newly shown, and told ones that are over."""
    new = Q(told_at=None, withdrawn_at=None, shows_at__lte=now)
    over = Q(told_at__isnull=False, withdrawn_at__isnull=False, told_over_at=None)
    return Alert.objects.filter(new | over).order_by(F("withdrawn_at").asc(nulls_first=True), "since")


def broken_accounts() -> QuerySet[Alert, Any]:
    """The keys of accounts that something stands against, shown or not: no notice goes by them."""
    return Alert.objects.filter(withdrawn_at=None, kind__in=BY_ACCOUNT, account__isnull=False).values("account")
