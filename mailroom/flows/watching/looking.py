"""Looks for troubles that nobody runs into: mail that waits, mail that does not come, a full disk, silent workers."""

import os
import shutil
import socket
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import prepared
from mailroom.flows.watching import alerts
from mailroom.flows.watching.alerts import Found
from mailroom.flows.watching.models import Alert, Heartbeat, Kind, WatchingOptions
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol, SignInMethod
from mailroom.records.emails.models import Direction, Email, Status

SILENT = timedelta(minutes=2)
LEAST_FREE_BYTES, LEAST_FREE_SHARE = 1_000_000_000, 0.05
TRIED_BYTES = 1_000_000
DEFAULT_PENDING = WatchingOptions._meta.get_field("oldest_pending_minutes").get_default()
WAITED = {
    Direction.INCOMING: gettext_lazy("%(account)s: an email has waited %(n)d minutes to be processed."),
    Direction.OUTGOING: gettext_lazy("%(account)s: an email has waited %(n)d minutes to be sent."),
}


def look(now: datetime) -> None:
    """One round of all looks."""
    alerts.settle(Kind.OLDEST_PENDING, oldest_pending(now), now)
    alerts.settle(Kind.NO_MAIL, no_mail(now), now)
    alerts.settle(Kind.CONSENT_ENDS, consent_ends(now), now)
    alerts.settle(Kind.DISK, disk(), now)
    alerts.forget(now)


def oldest_pending(now: datetime) -> list[Found]:
    """Accounts whose oldest due email waits longer than they allow; held mail waits for a person, not for us."""
    found = []
    for account, direction, first, minutes in _waiting(now):
        age = now - first
        if minutes is not None and age > timedelta(minutes=minutes):
            words = WAITED[direction] % {"account": account, "n": int(age.total_seconds() // 60)}
            advice = _("Open Send and receive email: it says what the account last ran into.")
            found.append(Found(Kind.OLDEST_PENDING, f"{account} {direction}", words, advice, account))
    return found


def waits(now: datetime) -> Q:
    """Pending mail that nobody holds back, and mail that a worker took and kept beyond its lease."""
    held = Q(direction=Direction.OUTGOING, next_attempt_at=None)
    return Q(status=Status.PENDING) & ~held | Q(status=Status.IN_PROCESS, lease_until__lt=now)


def _waiting(now: datetime) -> list[tuple[EmailAccount, Direction, datetime, int | None]]:
    rows = Email.objects.filter(waits(now), account__active=True).order_by()
    grouped = rows.values_list("account_id", "direction").annotate(first=Min(Coalesce("start_at", "created_at")))
    found = list(grouped)
    accounts = EmailAccount.objects.select_related("watching").in_bulk([row[0] for row in found])
    return [
        (accounts[account_id], Direction(way), first, _most_pending(accounts[account_id]))
        for account_id, way, first in found
        if first <= now and account_id in accounts
    ]


def _most_pending(account: EmailAccount) -> int | None:
    options = getattr(account, "watching", None)
    minutes: int | None = options.oldest_pending_minutes if options else DEFAULT_PENDING
    return minutes


def no_mail(now: datetime) -> list[Found]:
    """Accounts that are to get mail every so many hours, and got none."""
    newest = Email.objects.filter(account=OuterRef("pk"), direction=Direction.INCOMING).order_by()
    last = newest.values("account").annotate(last=Max("created_at")).values("last")
    watched = EmailAccount.objects.filter(active=True, watching__no_mail_hours__gt=0)
    watched = watched.exclude(incoming_mail_protocol=IncomingMailProtocol.NONE)
    watched = watched.annotate(last=Coalesce(Subquery(last), F("created_at")), hours=F("watching__no_mail_hours"))
    found = []
    for account in watched:
        hours = account.hours
        if now - account.last > timedelta(hours=hours):
            text = _("%(account)s: no email has come for more than %(n)d hours.")
            words = text % {"account": account, "n": hours}
            advice = _("Send a mail to the address. If it does not arrive, ask whoever runs the mail server.")
            found.append(Found(Kind.NO_MAIL, account.email_account_id, words, advice, account))
    return found


def consent_end(account: EmailAccount) -> datetime | None:
    """When the account's consent ends, by the token server's word or by the days it lasts; None where nobody says."""
    options = getattr(account, "watching", None) or WatchingOptions()
    if account.oauth2_consent_ends_at or account.oauth2_consented_at is None or not options.consent_lasts_days:
        return account.oauth2_consent_ends_at
    return account.oauth2_consented_at + timedelta(days=options.consent_lasts_days)


def consent_ends(now: datetime) -> list[Found]:
    """Accounts whose consent ends within the days they ask for; one that is lost already has an alert of its own."""
    signing_in = (SignInMethod.OAUTH2_MICROSOFT, SignInMethod.OAUTH2_GOOGLE)
    rows = EmailAccount.objects.filter(active=True, sign_in_method__in=signing_in, oauth2_consent_lost="")
    found = []
    for account in rows.exclude(oauth2_consented_at=None).select_related("watching"):
        options = getattr(account, "watching", None) or WatchingOptions()
        ends = consent_end(account)
        if ends and options.consent_ends_days is not None and ends - now <= timedelta(days=options.consent_ends_days):
            words = _in_days(account, ends - now)
            text = _("Open %(account)s in System email accounts and press Give consent: every setting stays.")
            advice = text % {"account": account}
            found.append(Found(Kind.CONSENT_ENDS, account.email_account_id, words, advice, account))
    return found


def _in_days(account: EmailAccount, left: timedelta) -> str:
    if left <= timedelta(0):
        return _("The sign-in of account %(account)s has ended: sign in again.") % {"account": account}
    days = -(-left // timedelta(days=1))
    text = ngettext(
        "The sign-in of account %(account)s ends within a day: sign in again.",
        "The sign-in of account %(account)s ends in %(n)d days: sign in again.",
        days,
    )
    return text % {"account": account, "n": days}


def disk() -> list[Found]:
    """The disks of the data and of the files, when little is free or no file is taken (quota, read only, no inodes)."""
    folders = [folder for folder in (settings.DATA, settings.ENVIRONMENT.files_folder) if folder.is_dir()]
    if not all(_takes_a_file(folder) for folder in folders):
        return [alerts.disk_full()]
    for usage in map(shutil.disk_usage, folders):
        if usage.free < min(LEAST_FREE_BYTES, usage.total * LEAST_FREE_SHARE):
            words = _("The disk is nearly full: %(n)d MB are free.") % {"n": usage.free // 1_000_000}
            return [Found(Kind.DISK, "", words, alerts.disk_full().advice)]
    return []


def _takes_a_file(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            os.posix_fallocate(file.fileno(), 0, TRIED_BYTES)
    except OSError as error:
        return error.errno not in connection.FULL
    return True


def beat(now: datetime) -> None:
    """Write this worker's sign of life, and drop those of workers gone since yesterday."""
    Heartbeat.objects.update_or_create(worker=f"{socket.gethostname()}:{os.getpid()}"[:120], defaults={"at": now})
    Heartbeat.objects.filter(at__lt=now - timedelta(days=1)).delete()
    alerts.withdraw((Kind.WORKER,), "", now)


def newest_beat() -> datetime | None:
    """The last sign of life of any worker; None where none ever ran."""
    found = prepared.objects(Heartbeat, ("newest beat",), lambda: Heartbeat.objects.order_by("-at")[:1])
    return found[0].at if found else None


def standing(now: datetime) -> QuerySet[Alert]:
    """The alerts to show. That all workers are silent is found here: no worker is left to find it."""
    last = newest_beat()
    if last is not None and now - last > SILENT:
        words = _("Nothing has been worked on for more than 2 minutes: no worker runs, or all are stuck.")
        advice = _("Start Mailroom again (mailroom up, or mailroom worker). What was under way is taken up by itself.")
        alerts.raise_(Found(Kind.WORKER, "", words, advice), now)
    return alerts.shown(now)
