"""Copies of a mail for the employees whom it concerns (BEHAVIOUR 7): one mail each, with a tag of its own."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from mailroom.flows.incoming import reference_block
from mailroom.flows.incoming.models import RoutedCopy
from mailroom.flows.incoming.reference_block import About
from mailroom.flows.incoming.step import Mail
from mailroom.flows.sending import from_template, outbox
from mailroom.mime import addresses, bodies, quoting, references, remote_images
from mailroom.mime.message import Address
from mailroom.records.crm.models import BusinessAccount
from mailroom.records.emails import answering, checks, compose, tags
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Lane
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee
from mailroom.records.preferences import current

MOST_AN_HOUR = 30  # copies of one conversation to one employee: more is two programs talking
HOUR = timedelta(hours=1)


def owners(mail: Mail, answered: Email | None = None) -> list[Employee]:
    """The owners of the parent mail, the entity and the business account, each once.

    For an answer to a copy of `answered` also those who got a copy of it, and its owner.
    """
    history = mail.found.history
    parent, record = history.parent, reference_block.record_of(mail.email) or history.case
    firm = record if isinstance(record, BusinessAccount) else getattr(record, "business_account", None)
    firm = firm or mail.found.records.known().business_account
    found = [owner_of(parent), getattr(record, "owner", None), firm.owner if firm else None]
    if answered is not None:
        copies = RoutedCopy.objects.filter(original=answered).select_related("employee__user")
        found += [answered.owner, *(copy.employee for copy in copies)]
    return list({one.pk: one for one in found if isinstance(one, Employee)}.values())


def owner_of(parent: Email | None) -> Employee | None:
    """Who has a mail: its owner, else the employee who wrote it."""
    if parent is None:
        return None
    return parent.owner or getattr(parent.created_by, "employee", None)


def takers(found: Iterable[Employee], original: Email, without: Employee | None = None) -> list[tuple[Employee, str]]:
    """Those who are sent a copy, with their addresses: active, *Route emails* on, an address that is none of ours."""
    reachable = [(employee, people.address_of(employee)) for employee in found]
    own = compose.own_among(address for _employee, address in reachable)
    sender = addresses.folded(original.from_address)
    taken: list[tuple[Employee, str]] = []
    for employee, address in reachable:
        wanted = employee.active and employee.route_emails and (without is None or employee.pk != without.pk)
        if wanted and not checks.fault(address) and address not in own and addresses.folded(address) != sender:
            taken.append((employee, address))
    return taken


def send(mail: Mail, original: Email, employee: Employee, address: str, about: About | None = None) -> bool:
    """Queue the copy for one employee; False when he has it already, or his address takes nothing."""
    if RoutedCopy.objects.filter(original=original, employee=employee).exists():
        return False
    account, files = original.account, answering.delivered(original)
    fit = sum(file.size for file in files) <= compose.LARGEST_FILES
    heading = _heading(original, employee, fit)
    seen = reference_block.seen_by(about, employee.user) if about is not None else None
    text, html = _bodies(original, heading, seen)
    preferences = current.read()
    fields = DraftFields(
        account=account,
        to=[Address(employee.name, address)],
        subject=tags.without_tags(original.subject, preferences.email_tag_prefix, preferences.email_tag_suffix),
        text=text,
        html=html,
        in_reply_to=(original.message_id,) if original.message_id else (),
        references=references.for_reply(original.message_id, *answering.named(original)),
        thread_id=original.thread_id,
        related=(original.related_entity_type, original.related_entity_id, original.related_entity_description),
        extra={"auto_submitted": "auto-generated"},
        sender=Address(original.from_name or original.from_address, account.email_address),
        reply_to=[Address(account.sender_name, account.email_address)],
    )
    draft = compose.create(fields, mail.now, None, index=False)
    Email.objects.filter(pk=draft.pk).update(owner=employee, workgroup=None)
    compose.copy_files(draft, files if fit else [])
    RoutedCopy.objects.create(email=draft, original=original, employee=employee)
    outbox.enqueue(draft.pk, mail.now, lane=Lane.NOTICE)
    return True


def too_many(mail: Mail, employee: Employee) -> bool:
    """Whether an employee got so many copies of this conversation lately that only programs can be talking."""
    lately = RoutedCopy.objects.filter(employee=employee, email__thread=mail.email.thread_id)
    return lately.filter(email__created_at__gt=mail.now - HOUR).count() >= MOST_AN_HOUR


def _heading(original: Email, employee: Employee, fit: bool) -> str:
    user = employee.user
    moment = original.date.astimezone(user.zone) if user else original.date
    language = user.language if user else "en"
    heading = quoting.forwarded(language, moment, answering.who(original), original.subject, original.to_line)
    if fit:
        return heading
    with translation.override(language):
        words = _("Its files are too large to be passed on: open it at %(address)s")
    return f"{heading}\n" + words % {"address": f"{from_template.base_address()}/cr306015/{original.pk}/"}


def _bodies(original: Email, heading: str, about: About | None) -> tuple[str, str]:
    content = original.content
    end_text = f"\n\n{reference_block.text(about)}" if about is not None else ""
    text = f"{heading}\n\n{content.text}{end_text}"
    if not content.html:
        return text, ""
    shown = remote_images.hold(bodies.sanitise_html(content.html))
    end = reference_block.html(about) if about is not None else ""
    return text, f"{bodies.html_from_text(heading)}{shown}{end}"
