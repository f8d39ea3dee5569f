"""Which mail of ours an incoming mail continues (BEHAVIOUR 6): the first hit wins, and a bare subject never is one."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _

from mailroom.base import rows as tables
from mailroom.flows.incoming.models import AutomaticReply
from mailroom.flows.incoming.step import Findings, History
from mailroom.mime import references
from mailroom.records.crm.models import Case
from mailroom.records.emails import tags
from mailroom.records.emails.models import Direction, Email, Recipient
from mailroom.records.emails.received import LONGEST_MESSAGE_ID
from mailroom.records.preferences import current

CASE_NUMBER = re.compile(r"(?<![\w-])[A-Z]{1,8}-\d{1,12}(?![\w-])", re.IGNORECASE)
MOST_NUMBERS = 5
MOST_RECIPIENTS = 5_000
BATCH = 500
DELIVERED_TO = frozenset({"delivered-to", "x-original-to", "envelope-to"})
Contents = Mapping[int, Mapping[str, Any]]
Naming = tuple[str, str]  # how a Message-ID is named: by which field, and the Message-ID


def find(batch: Sequence[Email], contents: Contents, found: Mapping[int, Findings]) -> dict[int, History]:
    """What each mail of a batch continues. Mail in personal accounts is no history of a system account's mail."""
    named = {email.pk: list(_named(contents.get(email.pk))) for email in batch}
    bearers = _bearers({message_id for pairs in named.values() for _field, message_id in pairs})
    tagged = _tagged(batch, contents)
    hits: dict[int, tuple[int, str]] = {}
    for email in batch:
        hit = _first(email, named[email.pk], bearers) or tagged.get(email.pk)
        if hit is not None:
            hits[email.pk] = hit
    replies = AutomaticReply.objects.filter(email__in=tables.among({pk for pk, _how in hits.values()}))
    answered = dict(replies.values_list("email", "answered"))  # an automatic reply stands for the mail that it answers
    hits = {pk: (answered.get(parent, parent), how) for pk, (parent, how) in hits.items()}
    own = {email.pk: email for email in batch}
    wanted = tables.among(sorted({pk for pk, _how in hits.values()} - set(own)))
    rows = Email.objects.filter(Q(account__personal_owner=None), pk__in=wanted)
    parents = own | {row.pk: row for row in rows.select_related("account", "owner__user", "workgroup")}
    told = {pk: History(parents[parent], how=how) for pk, (parent, how) in hits.items() if parent in parents}
    numbered = _numbered([email for email in batch if email.pk not in told], found)
    return {email.pk: told.get(email.pk) or numbered.get(email.pk) or History() for email in batch}


def _named(content: Mapping[str, Any] | None) -> Iterator[Naming]:
    """The Message-IDs that a mail names, nearest first: In-Reply-To, then References from its end."""
    stored = content["headers"] if content is not None and isinstance(content["headers"], list) else []
    fields: dict[str, str] = {}
    for pair in stored:
        fields.setdefault(str(pair[0]).lower(), str(pair[1]))
    for message_id in references.message_ids(fields.get("in-reply-to", "")):
        yield "In-Reply-To", tables.plain(message_id)[:LONGEST_MESSAGE_ID]
    for message_id in reversed(references.message_ids(fields.get("references", ""))):
        yield "References", tables.plain(message_id)[:LONGEST_MESSAGE_ID]


def _bearers(message_ids: Iterable[str]) -> dict[str, tuple[int | None, int | None]]:
    """For each Message-ID the newest mail that we sent and the first that came with it; however many bear it."""
    wanted, found = sorted(message_ids), {}
    for start in range(0, len(wanted), BATCH):
        mails = Email.objects.filter(message_id__in=wanted[start : start + BATCH], account__personal_owner=None)
        sent, came = Q(direction=Direction.OUTGOING), Q(direction=Direction.INCOMING)
        counted = (
            mails.order_by().values("message_id").annotate(ours=Max("pk", filter=sent), theirs=Min("pk", filter=came))
        )
        for message_id, ours, theirs in counted.values_list("message_id", "ours", "theirs"):
            found[message_id] = (ours, theirs)
    return found


def _first(
    email: Email, named: Sequence[Naming], bearers: Mapping[str, tuple[int | None, int | None]]
) -> tuple[int, str] | None:
    for header, message_id in named:
        for bearer in bearers.get(message_id, ()):
            if bearer is not None and bearer != email.pk:
                return bearer, _("its %(field)s names it") % {"field": header}
    return None


def _tagged(batch: Sequence[Email], contents: Contents) -> dict[int, tuple[int, str]]:
    """The sent mail that a signed tag speaks of: in the subject, else quoted in the body, else in a plus address."""
    preferences = current.read()
    marks = preferences.email_tag_prefix, preferences.email_tag_suffix
    plus = _plus_addresses(batch, contents)
    found: dict[int, tuple[int, str]] = {}
    for email in batch:
        content = contents.get(email.pk)
        if number := tags.number_in(email.subject, *marks):
            found[email.pk] = number, _("the tag in its subject names it")
        elif content is not None and (number := tags.number_in(content["start"], *marks)):
            found[email.pk] = number, _("a tag in its quoted text names it")
        elif number := plus.get(email.pk):
            found[email.pk] = number, _("the address that it was sent to names it")
    numbers = tables.among(number for number, _how in found.values())
    sent = set(Email.objects.filter(pk__in=numbers, direction=Direction.OUTGOING).values_list("pk", flat=True))
    return {pk: hit for pk, hit in found.items() if hit[0] in sent}


def _plus_addresses(batch: Sequence[Email], contents: Contents) -> dict[int, int]:
    """The number in an address that a mail was sent or delivered to, such as sales+123-0af1b2@example.org."""
    rows = Recipient.objects.filter(email__in=[email.pk for email in batch], address__contains="+")
    written = list(rows.order_by("pk").values_list("email_id", "address")[:MOST_RECIPIENTS])
    for pk, content in contents.items():
        stored = content["headers"] if isinstance(content["headers"], list) else []
        written += [(pk, str(pair[1]).strip("<> ")) for pair in stored if str(pair[0]).lower() in DELIVERED_TO]
    return {pk: number for pk, address in written if (number := tags.number_in_address(address))}


def _numbered(batch: Sequence[Email], found: Mapping[int, Findings]) -> dict[int, History]:
    """The case whose number stands in the subject, where the sender is its contact, its account or an employee."""
    numbers = {email.pk: _case_numbers(email.subject) for email in batch}
    every = {number for of_mail in numbers.values() for number in of_mail}
    rows = Case.objects.filter(case_id__in=every).select_related(
        "contact", "business_account", "owner__user", "workgroup"
    )
    cases = {case.case_id: case for case in rows} if every else {}
    told: dict[int, History] = {}
    for email in batch:
        for number in numbers[email.pk]:
            case = cases.get(number)
            if case is not None and _may_continue(case, found[email.pk]):
                told[email.pk] = History(case=case, how=_("its subject has the case's number"))
                break
    return told


def _case_numbers(subject: str) -> list[str]:
    return list(islice(dict.fromkeys(number.upper() for number in CASE_NUMBER.findall(subject)), MOST_NUMBERS))


def _may_continue(case: Case, sender: Findings) -> bool:
    if sender.employee is not None:
        return True
    contacts, accounts = sender.records.contacts, sender.records.business_accounts
    if any(contact.pk == case.contact_id for contact in contacts):
        return True
    theirs = {account.pk for account in accounts} | {contact.business_account_id for contact in contacts}
    return case.business_account_id in theirs - {None}
