"""An employee's answer from his own mail program to a copy: verified, cleaned, sent to the customer (BEHAVIOUR 7)."""

from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from mailroom.flows.incoming import reference_block
from mailroom.flows.incoming.gathering import READ_OF_BODY
from mailroom.flows.incoming.models import RoutedCopy
from mailroom.flows.incoming.step import Mail
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.flows.sending import from_template, holding, notices, outbox
from mailroom.mime import addresses, authentication, bodies, replies
from mailroom.mime import subject as subjects
from mailroom.mime.message import Address
from mailroom.records.crm import lookup
from mailroom.records.email_accounts.models import EmailAccount, SenderNameSource
from mailroom.records.emails import answering, compose, tags
from mailroom.records.emails.answering import Voice
from mailroom.records.emails.models import Email
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee
from mailroom.records.preferences import current

KEY = "passed-on:%d"
MOST_AN_HOUR = 20  # answers of one employee in one conversation: more is a program that answers
HOUR = timedelta(hours=1)


def writer(mail: Mail) -> Employee | None:
    """The employee in From, whether or not the mail is his."""
    address = addresses.folded(mail.email.from_address)
    return people.employees_by_address({address}).get(address) if address else None


def answered_copy(mail: Mail) -> RoutedCopy | None:
    """The copy that a mail answers: by the tag of the copy, else by the Message-ID that it names."""
    parent = mail.found.history.parent
    rows = RoutedCopy.objects.select_related("employee__user", "original__account", "original__content")
    number = _tag(mail.email)
    found = rows.filter(email=number).first() if number else None
    return found or (rows.filter(email=parent.pk).first() if parent is not None else None)


def passed_on(mail: Mail) -> Email | None:
    """What was made of this answer before."""
    return Email.objects.filter(idempotency_key=KEY % mail.email.pk).first()


def doubt(mail: Mail, copy: RoutedCopy, writer: Employee) -> str:
    """Why the mail may not be from whom it says, in words; empty when it is verified."""
    if copy.employee_id != writer.pk:
        return _("The copy that it answers was sent to %(who)s.") % {"who": copy.employee}
    if _tag(mail.email) != copy.email_id:
        return _("It lacks the tag of the copy that it answers.")
    options = ReceivingOptions.objects.filter(account=mail.email.account_id).first()
    trusted = options.trusted_authentication_hosts.split() if options else []
    headers = [(str(pair[0]), str(pair[1])) for pair in mail.email.content.headers or ()]
    if not authentication.vouched(headers, trusted, mail.email.from_address):
        return _("No trusted server found by SPF, DKIM or DMARC that it is from %(who)s.") % {
            "who": mail.email.from_address
        }
    key, owner = KEY.partition("%")[0], copy.employee
    lately = Email.objects.filter(idempotency_key__startswith=key, thread=mail.email.thread_id, owner=owner)
    if lately.filter(created_at__gt=mail.now - HOUR).count() >= MOST_AN_HOUR:
        return _("%(who)s answered %(n)d times within an hour, as programs do.") % {"who": owner, "n": MOST_AN_HOUR}
    return ""


def pass_on(mail: Mail, copy: RoutedCopy, why_held: str) -> Email | None:
    """Queue the answer to the customer; with `why_held` it waits for the owner's yes, and he is told.

    None when the mail says nothing and brings no file.
    """
    email, original, user = mail.email, copy.original, copy.employee.user
    written = _written(email)
    files = answering.delivered(email)
    if not written and not files:
        return None
    customer = answering.recipients(original, to_all=False)[0]
    firm = lookup.by_address(customer[0].address).business_account if customer else None
    sender = _sender(original.account, copy.employee)
    voice = Voice(language=firm.language if firm else "", written=written or "<p></p>", sender=sender)
    draft = answering.reply(original, user, mail.now, voice=voice)
    draft.subject = subjects.reply_subject(_without_tags(email.subject))
    draft.owner, draft.idempotency_key = copy.employee, KEY % email.pk
    draft.save(update_fields=["subject", "subject_key", "owner", "idempotency_key"])
    compose.copy_files(draft, files)
    with transaction.atomic():
        queued = outbox.enqueue(draft.pk, mail.now, user)
        if not why_held:
            return queued
        _tell(copy.employee, original.account, queued, why_held, mail)
        return holding.hold(queued, mail.now, _("Waits for %(who)s: %(why)s") % {"who": copy.employee, "why": why_held})


def _sender(account: EmailAccount, employee: Employee) -> Address:
    """The account's address, under the name that the account says: the person's or its own."""
    own = account.sender_name_source == SenderNameSource.ACCOUNT and account.sender_name
    return Address(account.sender_name if own else employee.name, account.email_address)


def _tell(employee: Employee, account: EmailAccount, held: Email, why: str, mail: Mail) -> None:
    """Ask the owner of the copy whether the answer is his; the notice holds nothing of what it says."""
    with translation.override(employee.user.language if employee.user else "en"):
        address = f"{from_template.base_address()}/cr306015/{held.pk}/"
        text = _(
            "An answer to “%(subject)s” came in your name and was not sent to the customer.\n\n%(why)s\n\n"
            "If you wrote it, open it and choose Process. If not, choose Cancel sending:\n%(address)s"
        ) % {"subject": _without_tags(mail.email.subject), "why": why, "address": address}
        subject = _("Is this answer yours? %(subject)s") % {"subject": _without_tags(mail.email.subject)}
    notices.tell_employee(employee, account, subject, f"{text}\n", mail.now)


def _written(email: Email) -> str:
    """What the employee wrote, as HTML: without the quoted copy, without our tags and the references block."""
    content = email.content
    text = reference_block.without(content.text)
    if replies.is_interleaved(text):
        return bodies.html_from_text(_without_tags(text))
    own, html = replies.written(text, content.html)
    if html and reference_block.OPENED not in own:
        return _without_tags(bodies.sanitise_html(html)) if own.strip() or "<img" in html else ""
    return bodies.html_from_text(_without_tags(own)) if own.strip() else ""


def _without_tags(text: str) -> str:
    preferences = current.read()
    prefix, suffix = preferences.email_tag_prefix, preferences.email_tag_suffix
    cleaned = tags.without_tags(text, prefix, suffix)
    return tags.without_tags(cleaned, escape(prefix), escape(suffix))


def _tag(email: Email) -> int | None:
    """The number of the copy's tag: in the subject, else in the quoted body."""
    preferences = current.read()
    marks = preferences.email_tag_prefix, preferences.email_tag_suffix
    return tags.number_in(email.subject, *marks) or tags.number_in(email.content.text[:READ_OF_BODY], *marks)
