"""The mail that a recipient of a mass email gets: placeholders filled, with the link to unsubscribe."""

from datetime import datetime

from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from mailroom.flows.mailings import entity, unsubscribe
from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient
from mailroom.flows.sending import from_template, outbox
from mailroom.flows.sending.outbox import NewEmail, NewFile
from mailroom.mime import bodies, file_names
from mailroom.mime.message import Address
from mailroom.records.activities import attached, linking
from mailroom.records.emails import compose, links
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from mailroom.records.notifications import checking, render, sources
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.notifications.render import Rendered
from mailroom.records.organisation.models import User

UNSUBSCRIBE = "UnsubscribeUrl"


class NotReady(ValueError):
    """The text cannot be sent as it stands; the text of the error says why."""


def template_of(mass_email: MassEmail) -> NotificationTemplate:
    """Its subject and body as a template, which is not saved."""
    return NotificationTemplate(subject=mass_email.subject, body=mass_email.body, window_id=entity.WINDOW)


def in_its_language(mass_email: MassEmail) -> translation.override:
    """Round making its mails: dates and the words beside the text are in the language of who made it."""
    return translation.override(mass_email.created_by.language if mass_email.created_by is not None else "en")


def problems(mass_email: MassEmail) -> list[checking.Problem]:
    """What is wrong with its placeholders."""
    return checking.of_placeholders(template_of(mass_email))


def check(mass_email: MassEmail) -> None:
    """Raises NotReady for a text that is empty or has a wrong placeholder, and for an account nobody sends from."""
    wrong = problems(mass_email)
    if not bodies.text_from_html(mass_email.body).strip():
        raise NotReady(_("The text is empty."))
    if wrong:
        raise NotReady(str(wrong[0]))
    size = sum(file.size for file in attached.of(mass_email))
    if size > compose.LARGEST_FILES:
        raise NotReady(_("The files together may have %(n)d MB.") % {"n": compose.LARGEST_FILES // 1_000_000})
    if not mass_email.account.active or mass_email.account.personal_owner_id is not None:
        raise NotReady(_("Mass mail goes from an active account that is nobody's own."))


def filled(mass_email: MassEmail, recipient: MassEmailRecipient | None, now: datetime, base: str) -> Rendered:
    """The mail as it is looked at and tried: its link unsubscribes nobody. Raises render.TooLong."""
    return _filled(mass_email, recipient, now, base, unsubscribe.link(None, base))


def _filled(
    mass_email: MassEmail, recipient: MassEmailRecipient | None, now: datetime, base: str, link: str
) -> Rendered:
    """The mail of a recipient; a text without a place for the link gets one at its end."""
    given = {
        "Company": from_template.company(mass_email.account),
        "Url": base,
        "Time": now,
        UNSUBSCRIBE: link,
    }
    values = sources.values(entity.WINDOW, recipient, **given)
    made = render.fill(template_of(mass_email), values)
    html = made.html
    if UNSUBSCRIBE not in render.places(mass_email.body):
        html += format_html('<hr><p><small><a href="{}">{}</a></small></p>', link, _("Unsubscribe"))
    return Rendered(made.to, made.cc, made.bcc, made.subject, bodies.sanitise_html(html), made.missing)


def draft_of(mass_email: MassEmail, recipient: MassEmailRecipient, now: datetime, base: str) -> DraftFields:
    """The recipient's mail: an activity of the person, which one click unsubscribes. Raises render.TooLong."""
    link = unsubscribe.link(recipient, base)
    made = _filled(mass_email, recipient, now, base, link)
    person = recipient.contact or recipient.lead or recipient.employee
    related = linking.related(person) if person is not None else links.NOTHING
    return DraftFields(
        account=mass_email.account,
        to=[Address(recipient.name, recipient.address)],
        reply_to=[Address("", mass_email.reply_to)] if mass_email.reply_to else (),
        subject=made.subject,
        html=made.html,
        text=bodies.text_from_html(made.html),
        related=(related.type, related.id, related.description),
        extra={"auto_submitted": "auto-generated", "unsubscribe": link},
    )


def send_test(mass_email: MassEmail, recipient: MassEmailRecipient | None, to: str, by: User, now: datetime) -> Email:
    """Queue the mail for `to` alone; its link unsubscribes nobody.

    Raises NotReady, render.TooLong, outbox.BadAddress, outbox.NoRecipient or store.FileMissing.
    """
    check(mass_email)
    with in_its_language(mass_email):
        made = filled(mass_email, recipient, now, from_template.base_address())
    fields = DraftFields(
        account=mass_email.account,
        to=[Address("", to.strip())] if to.strip() else [],
        subject=made.subject,
        html=made.html,
        text=bodies.text_from_html(made.html),
        extra={"auto_submitted": "auto-generated"},
    )
    rows = attached.of(mass_email)
    files = [NewFile(row.name, file_names.type_of(row.name), store.content_of(row.file)) for row in rows]
    return outbox.create(NewEmail(fields, files=files, send=True), now, by)
