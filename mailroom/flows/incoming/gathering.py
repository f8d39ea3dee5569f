"""What the steps need to know of a batch of mails, looked up for all of them at once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.db.models.functions import Left

from mailroom.flows.incoming import history
from mailroom.flows.incoming.models import ProcessingOptions
from mailroom.flows.incoming.step import Findings, Mail
from mailroom.mime import addresses
from mailroom.records.crm import lookup
from mailroom.records.crm.lookup import Records
from mailroom.records.emails import facts
from mailroom.records.emails.models import Email, EmailContent
from mailroom.records.organisation import people

READ_OF_BODY = 50_000  # characters in which a quoted tag is looked for


def gather(batch: Sequence[Email], options: ProcessingOptions, now: datetime) -> list[Mail]:
    """The mails of a batch with what was found for each: some ten queries for any number."""
    contents = _contents(batch)
    senders = {email.pk: addresses.folded(email.from_address) for email in batch}
    records = lookup.by_addresses(senders.values())
    employees = people.employees_by_address(set(senders.values()) - {""})
    disowned = {pk for pk, content in contents.items() if facts.disowned(content["facts"])}
    known = {pk: employees.get(sender) for pk, sender in senders.items() if pk not in disowned}
    found = {email.pk: Findings(records.get(senders[email.pk], Records()), known.get(email.pk)) for email in batch}
    told = history.find(batch, contents, found)
    linked = _linked(batch)
    earlier: dict[int | None, list[Email]] = defaultdict(list)
    for email in batch:
        here = found[email.pk]
        here.history, here.linked = told[email.pk], linked.get(email.thread_id)
        if email.thread_id is not None:
            here.siblings = tuple(earlier[email.thread_id])
            earlier[email.thread_id].append(email)
    return [Mail(email, options, now, found[email.pk]) for email in batch]


def _contents(batch: Sequence[Email]) -> dict[int, dict[str, Any]]:
    rows = EmailContent.objects.filter(email__in=[email.pk for email in batch])
    columns = rows.annotate(start=Left("text", READ_OF_BODY)).values("email_id", "headers", "facts", "start")
    return {row["email_id"]: dict(row) for row in columns}


def _linked(batch: Sequence[Email]) -> dict[int | None, Email]:
    """The newest mail of each conversation that is an activity of a record, outside of personal accounts."""
    threads = {email.thread_id for email in batch if email.thread_id}
    rows = Email.objects.filter(thread__in=threads, account__personal_owner=None).exclude(related_entity_type="")
    newest = rows.order_by().values("thread_id").annotate(newest=Max("pk")).values_list("newest", flat=True)
    found = Email.objects.filter(pk__in=list(newest)).select_related("account", "owner__user", "workgroup")
    return {email.thread_id: email for email in found}
