"""What keeps automatic replies from going round in circles: counted by address, domain and conversation, then silence.

An address is silent for as long as it goes on within an hour; the warning about it is over when it has stopped.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from mailroom.flows.incoming.models import AutomaticReply
from mailroom.flows.incoming.step import Mail
from mailroom.flows.watching import alerts
from mailroom.flows.watching.alerts import Found
from mailroom.flows.watching.models import Kind
from mailroom.mime import addresses

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
A_DOMAIN = 10  # times as many in an hour to a whole domain: a robot that changes its address each time
A_CONVERSATION = 4  # in a day in one conversation, whoever writes there


def key(address: str) -> str:
    """The comparable form of an address: without what stands behind a plus, which robots change."""
    local = address.rpartition("@")[0].casefold()
    return f"{local.partition('+')[0] or local}@{addresses.domain(address)}"


def answered_lately(mail: Mail, kind: str, address: str) -> bool:
    """Whether this sender got this kind of reply in this conversation within 24 hours."""
    sent = AutomaticReply.objects.filter(kind=kind, address=key(address), at__gt=mail.now - DAY, email__isnull=False)
    return sent.filter(answered__thread=mail.email.thread_id).exclude(answered=mail.email).exists()


@dataclass(frozen=True, slots=True)
class Stop:
    """Whose automatic replies are stopped, and why."""

    whose: str
    why: str


def stop(mail: Mail, address: str) -> Stop | None:
    """Why one reply more to this address could be a loop; None while it may go."""
    most = mail.options.automatic_replies_per_hour
    lately = AutomaticReply.objects.filter(at__gt=mail.now - HOUR)
    here = lately.filter(address=key(address))
    if here.filter(email__isnull=True).exists() or here.filter(email__isnull=False).count() >= most:
        return _too_many(key(address), most)
    domain = addresses.domain(address)
    if lately.filter(domain=domain, email__isnull=False).count() >= most * A_DOMAIN:
        return _too_many(domain, most * A_DOMAIN)
    of_today = AutomaticReply.objects.filter(at__gt=mail.now - DAY, email__isnull=False)
    if of_today.filter(answered__thread=mail.email.thread_id).count() >= A_CONVERSATION:
        why = _("The conversation “%(subject)s” got %(n)d automatic replies within a day.")
        words = why % {"subject": mail.email.subject[:80], "n": A_CONVERSATION}
        return Stop(_("conversation %(n)d") % {"n": mail.email.thread_id}, words)
    return None


def _too_many(whose: str, most: int) -> Stop:
    return Stop(whose, _("%(who)s got %(n)d automatic replies within an hour.") % {"who": whose, "n": most})


def hold_back(mail: Mail, kind: str, address: str, found: Stop) -> None:
    """Note that a reply was held back, and warn once about whom it concerns."""
    values = {
        "email": None,
        "address": key(address),
        "domain": addresses.domain(address),
        "stopped": found.whose[:300],
        "at": mail.now,
    }
    AutomaticReply.objects.update_or_create(kind=kind, answered=mail.email, defaults=values)
    words = _("Automatic replies to %(who)s are stopped. %(why)s") % {"who": found.whose, "why": found.why}
    advice = _("A program there seems to answer every email. They go on when it has been quiet for an hour.")
    alerts.raise_(Found(Kind.LOOP, found.whose[:300], words, advice), mail.now)


def settle(now: datetime) -> None:
    """Withdraw the warnings about those to whom nothing was held back for an hour."""
    still = AutomaticReply.objects.filter(email__isnull=True, at__gt=now - HOUR)
    alerts.keep_only(Kind.LOOP, still.values_list("stopped", flat=True).distinct(), now)
