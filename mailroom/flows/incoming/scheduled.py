"""What schedules can run on email: the actions of SM507010 and SM507000, with their filter values."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.flows.incoming import exchange, pipeline
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.scheduling import conditions, jobs, operations, run_due
from mailroom.flows.scheduling.conditions import Field
from mailroom.flows.scheduling.models import Schedule
from mailroom.flows.scheduling.operations import Choices, Operation, Order, Report
from mailroom.flows.sending import send
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, Status
from mailroom.records.filters.meaning import When
from mailroom.records.organisation.models import Job, User

SEND_AND_RECEIVE = "SM507010"
PENDING_EMAILS = "SM507000"
SCHEDULES = "SM205020"
RUN_NOW = "schedule"
TYPES = ("All", "Incoming", "Outgoing")
MOST_CHOSEN = 10_000  # of one account in one run; the rest is for the next one
ACCOUNT_FIELDS = {
    "Email account ID": Field("email_account_id"),
    "Email address": Field("email_address"),
    "Last receive date": Field("receiving__last_receive_at", moment=True),
    "Last send date": Field("sending__last_send_at", moment=True),
}
EMAIL_FIELDS = {
    "Subject": Field("subject"),
    "From": Field("from_address"),
    "To": Field("to_line"),
    "Start date": Field("start_at", moment=True),
    "Owner": Field("owner__name"),
}


def send_and_receive(order: Order) -> Report:
    """Process all of SM507010: the action of the filter value *Action* on every account that the conditions leave."""
    report = Report()
    action = Exchange(order.values.get("Action", Exchange.SEND_RECEIVE_ALL))
    narrow = conditions.query(order.conditions, ACCOUNT_FIELDS, When(order.now, order.zone))
    accounts = EmailAccount.objects.filter(narrow, active=True).values_list("pk", flat=True)
    for result in exchange.run(action, accounts, clock.now, manual=False, go_on=order.renew):
        report.processed += result.emails
        if result.error:
            report.error(result.account, result.error)
    return report


def process_pending(order: Order) -> Report:
    """Process all of SM507000: what is pending on the account and in the direction of the filter values."""
    report = Report()
    kind = order.values.get("Type", "All")
    for account in _accounts(order, report):
        if not order.renew():
            break
        only = _chosen(order, account)
        if kind != "Outgoing":
            processed = pipeline.process_account(account.pk, clock.now(), only)
            _count(report, account, processed.processed, processed.failed, processed.error)
        if kind != "Incoming":
            for group in _groups(only, account):
                sent = send.send_account(account.pk, clock.now(), only=group)
                _count(report, account, sent.sent, sent.failed, sent.error)
                if sent.error:
                    break
    return report


def _count(report: Report, account: EmailAccount, done: int, failed: int, error: str) -> None:
    report.processed += done
    report.errors += failed
    if error:
        report.error(account.email_account_id, error)


def _groups(only: list[int] | None, account: EmailAccount) -> list[list[int] | None]:
    """Chosen emails by sessions of at most *Group mails*; without a choice one run takes all that is due."""
    if only is None:
        return [None]
    size = account.group_mails or 1
    return [only[start : start + size] for start in range(0, len(only), size)]


def _chosen(order: Order, account: EmailAccount) -> list[int] | None:
    """The emails of an account that are due and fit the conditions; None without conditions: then all that is due."""
    if not order.conditions:
        return None
    due = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=order.now)
    narrow = conditions.query(order.conditions, EMAIL_FIELDS, When(order.now, order.zone))
    rows = Email.objects.filter(due, narrow, account=account, status=Status.PENDING)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_CHOSEN])


def _accounts(order: Order, report: Report) -> QuerySet[EmailAccount]:
    accounts = EmailAccount.objects.filter(active=True)
    wanted = order.values.get("Account", "")
    if wanted:
        accounts = accounts.filter(email_account_id=wanted)
        if not accounts.exists():
            report.error(wanted, _("There is no active account with this ID."))
    return accounts


def account_ids() -> list[str]:
    """The Email account IDs of all active accounts."""
    return list(EmailAccount.objects.filter(active=True).values_list("email_account_id", flat=True))


def run_now(schedules: Sequence[Schedule], by: User, now: datetime) -> Job:
    """Run now of SM205020: a job that runs each schedule once; the results stand in the histories too."""
    names, ids = ", ".join(one.description for one in schedules), [one.pk for one in schedules]
    return jobs.start(RUN_NOW, names[:200], {"ids": ids}, _("schedules"), SCHEDULES, by, now)


def _run_schedule(job: Job) -> None:
    for schedule_id in job.arguments["ids"]:
        try:
            row = run_due.run(schedule_id, clock.now(), by=job.owner)
        except run_due.AlreadyRuns as error:
            jobs.tell(job, str(schedule_id), str(error))
            continue
        if row is not None:
            ended_well = row.state == row.State.SUCCEEDED
            job.message = row.message
            jobs.tell(job, str(schedule_id), "" if ended_well else row.message or str(row.get_state_display()))


def register() -> None:
    """Offer both windows' actions to schedules, and Run now to people."""
    actions = tuple(str(action) for action in Exchange)
    every = ("Process all", gettext_lazy("Process all"))
    both: dict[str, Choices] = {"Account": account_ids, "Type": TYPES}
    operations.register(
        Operation(SEND_AND_RECEIVE, *every, send_and_receive, {"Action": actions}, tuple(ACCOUNT_FIELDS))
    )
    operations.register(Operation(PENDING_EMAILS, *every, process_pending, both, tuple(EMAIL_FIELDS)))
    jobs.register(RUN_NOW, _run_schedule)
