"""What schedules can run on email: the actions of SM507010 and SM507000, with their filter values."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.flows.incoming import exchange, pipeline
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.scheduling import operations
from mailroom.flows.scheduling.operations import Operation, Order, Report
from mailroom.flows.sending import send
from mailroom.records.email_accounts.models import EmailAccount

SEND_AND_RECEIVE = "SM507010"
PENDING_EMAILS = "SM507000"
TYPES = ("All", "Incoming", "Outgoing")


def send_and_receive(order: Order) -> Report:
    """Process all of SM507010: the action of the filter value *Action* on every account."""
    report = Report()
    action = Exchange(order.values.get("Action", Exchange.SEND_RECEIVE_ALL))
    accounts = exchange.active_accounts()
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
        if kind != "Outgoing":
            processed = pipeline.process_account(account.pk, clock.now())
            report.processed += processed.processed
            report.errors += processed.failed
            if processed.error:
                report.error(account.email_account_id, processed.error)
        if kind != "Incoming":
            sent = send.send_account(account.pk, clock.now())
            report.processed += sent.sent
            report.errors += sent.failed
            if sent.error:
                report.error(account.email_account_id, sent.error)
    return report


def _accounts(order: Order, report: Report) -> QuerySet[EmailAccount]:
    accounts = EmailAccount.objects.filter(active=True)
    wanted = order.values.get("Account", "")
    if wanted:
        accounts = accounts.filter(email_account_id=wanted)
        if not accounts.exists():
            report.error(wanted, _("There is no active account with this ID."))
    return accounts


def register() -> None:
    """Offer both windows' actions to schedules."""
    actions = tuple(str(action) for action in Exchange)
    operations.register(
        Operation(SEND_AND_RECEIVE, "Process all", gettext_lazy("Process all"), send_and_receive, {"Action": actions})
    )
    operations.register(
        Operation(
            PENDING_EMAILS, "Process all", gettext_lazy("Process all"), process_pending, {"Account": (), "Type": TYPES}
        )
    )
