"""How fast an account may send: its own limits by minute, hour and recipient domain, and what servers taught it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Sum

from mailroom.flows.sending.models import SendingCount, SendingOptions
from mailroom.mime import addresses
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, Recipient

STEP = timedelta(seconds=10)
MINUTE = timedelta(minutes=1) + STEP  # a step more: what began within the oldest one may be younger
HOUR = timedelta(hours=1) + STEP
REMEMBERED = timedelta(days=1)


def per_minute(options: SendingOptions, now: datetime) -> int | None:
    """The smaller of the account's own limit and the one that its server taught it within a day."""
    learned = options.learned_per_minute if _fresh(options, now) else None
    return min((item for item in (options.limit_per_minute, learned) if item), default=None)


def per_session(account: EmailAccount, options: SendingOptions, now: datetime) -> int:
    """The most mails in one session: *Group mails*, or what the server taught."""
    learned = options.learned_per_session if _fresh(options, now) else None
    return min(item for item in (account.group_mails or 1, learned) if item)


def is_limited(options: SendingOptions, now: datetime) -> bool:
    """Whether mails are counted when they are claimed: then none is claimed before its turn."""
    return bool(per_minute(options, now) or options.limit_per_hour or options.limit_per_domain_per_minute)


def _fresh(options: SendingOptions, now: datetime) -> bool:
    return options.learned_at is not None and options.learned_at > now - REMEMBERED


def admit(account: EmailAccount, options: SendingOptions, ids: Sequence[int], now: datetime) -> list[int]:
    """Of due mails those that the limits let go now; they are counted. The rest of a full domain waits a while.

    Call it inside the transaction that claims them.
    """
    if not ids or not is_limited(options, now):
        return list(ids)
    limits = [(per_minute(options, now), MINUTE), (options.limit_per_hour, HOUR)]
    by_domain = options.limit_per_domain_per_minute
    SendingOptions.objects.select_for_update().get(pk=account.pk)  # one worker counts at a time
    rooms = [limit - _counted(account, "", now - window) for limit, window in limits if limit]
    admitted = list(ids)
    counts: dict[str, int] = {}
    if by_domain:
        admitted, counts = _by_domain(account, ids, by_domain, now)
    admitted = admitted[: max(0, min([*rooms, len(ids)]))]
    _count(account, counts | {"": len(admitted)}, now)
    return admitted


def _counted(account: EmailAccount, domain: str, since: datetime) -> int:
    rows = SendingCount.objects.filter(account=account, domain=domain, begins_at__gt=since)
    return int(rows.aggregate(total=Sum("mails"))["total"] or 0)


def _by_domain(
    account: EmailAccount, ids: Sequence[int], limit: int, now: datetime
) -> tuple[list[int], dict[str, int]]:
    """Those that find room at every domain they go to; the others are put off by a step."""
    domains: dict[int, set[str]] = defaultdict(set)
    for email_id, address in Recipient.objects.filter(email_id__in=ids).values_list("email_id", "address"):
        domains[email_id].add(addresses.domain(address)[:255])
    rows = SendingCount.objects.filter(account=account, begins_at__gt=now - MINUTE).exclude(domain="")
    used = dict(rows.values_list("domain").annotate(total=Sum("mails")))
    counts: dict[str, int] = defaultdict(int)
    admitted, full = [], []
    for pk in ids:
        if all(used.get(domain, 0) + counts[domain] < limit for domain in domains[pk]):
            admitted.append(pk)
            for domain in domains[pk]:
                counts[domain] += 1
        else:
            full.append(pk)
    Email.objects.filter(pk__in=full).update(next_attempt_at=now + STEP)
    return admitted, dict(counts)


def _count(account: EmailAccount, counts: dict[str, int], now: datetime) -> None:
    begins = now.replace(second=now.second // 10 * 10, microsecond=0)
    counts = {domain: mails for domain, mails in counts.items() if mails}
    rows = [SendingCount(account=account, domain=domain, begins_at=begins) for domain in counts]
    SendingCount.objects.bulk_create(rows, ignore_conflicts=True)
    more = models.Case(
        *[models.When(domain=domain, then=models.Value(mails)) for domain, mails in counts.items()],
        default=models.Value(0),
        output_field=models.PositiveIntegerField(),
    )
    here = SendingCount.objects.filter(account=account, begins_at=begins, domain__in=list(counts))
    here.update(mails=F("mails") + more)
    SendingCount.objects.filter(account=account, begins_at__lt=now - HOUR).delete()


def learn(options: SendingOptions, in_session: int, in_minute: int, now: datetime) -> None:
    """A server said that it is enough. After `in_session` mails in a session a new session is tried first.

    When that is refused too, the limit is one of time, and `in_minute` mails within a minute are too many.
    """
    if in_session:
        options.learned_per_session = in_session
    else:
        options.learned_per_session = None
        options.learned_per_minute = max(1, in_minute) if in_minute else options.learned_per_minute
    options.learned_at = now
    options.save(update_fields=["learned_per_session", "learned_per_minute", "learned_at"])
