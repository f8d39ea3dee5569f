"""What receiving runs into, as alerts: an account that cannot receive, a folder that is not there, quarantined mail."""

from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.flows.watching import alerts
from mailroom.flows.watching.alerts import Found
from mailroom.flows.watching.models import Kind
from mailroom.records.email_accounts.connection import Trouble
from mailroom.records.email_accounts.models import EmailAccount

RECENT = timedelta(days=1)
OUR_OWN = frozenset({"changed", "stopped"})  # a run that ended for a reason of ours says nothing about the server


def after_run(account: EmailAccount, trouble: Trouble | None, partly: bool, now: datetime) -> None:
    """A run has ended; `partly`: some folders were read, so the account itself works."""
    if trouble is None or partly:
        alerts.worked(account, Kind.CANNOT_RECEIVE, now)
    elif trouble.kind == "disk":
        alerts.raise_(alerts.disk_full(), now)
    elif trouble.kind not in OUR_OWN:
        alerts.failed(account, Kind.CANNOT_RECEIVE, trouble.kind, str(trouble), now)


def cannot_move(account: EmailAccount, folder: str, words: str, now: datetime) -> None:
    """The server did not move what was received."""
    values = {"account": account, "folder": folder, "words": words}
    text = _("%(account)s: received email could not be moved to the folder “%(folder)s”. (%(words)s)") % values
    advice = _("Make the folder on the server, or choose another under Content. The emails are here; nothing is lost.")
    alerts.raise_(Found(Kind.TARGET_FOLDER, account.email_account_id, text, advice, account), now)


def moved(account: EmailAccount, now: datetime) -> None:
    """The server moved what was received, or there was nothing to move."""
    alerts.withdraw((Kind.TARGET_FOLDER,), account.email_account_id, now)


def quarantined(now: datetime) -> None:
    """Raise an alert for each account whose quarantine grew within a day and was not looked through since."""
    rows = QuarantinedMessage.objects.filter(closed_at=None, at__gte=now - RECENT).order_by()
    counts = dict(rows.values_list("account_id").annotate(Count("pk")))
    accounts = EmailAccount.objects.in_bulk(counts)
    found = [
        Found(
            Kind.QUARANTINE,
            account.email_account_id,
            ngettext(
                "%(account)s: %(n)d email was put into quarantine, for it could not be filed.",
                "%(account)s: %(n)d emails were put into quarantine, for they could not be filed.",
                counts[pk],
            )
            % {"account": account, "n": counts[pk]},
            _("Open Quarantine (SM507020): the reason stands with each. File them again or discard them."),
            account,
        )
        for pk, account in accounts.items()
    ]
    alerts.settle(Kind.QUARANTINE, found, now)
