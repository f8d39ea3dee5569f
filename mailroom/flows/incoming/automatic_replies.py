"""Automatic replies to incoming mail: who may get one, and how it is made (BEHAVIOUR 5.2 and 5.10, RFC 3834).

Every automatic reply leaves by `reply`: marked, with a null envelope sender, counted by the guards against loops.
"""

import structlog
from django.utils.translation import gettext as _

from mailroom.flows.incoming import loop_guards
from mailroom.flows.incoming.models import AutomaticReply
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.flows.sending import from_template, outbox
from mailroom.flows.sending.outbox import NewEmail, NewFile
from mailroom.mime import addresses, bodies, references
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import answering, bounced, checks, compose, facts
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Lane
from mailroom.records.files import store
from mailroom.records.notifications import render, standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation import people

log = structlog.get_logger(__name__)
MARK = "auto-replied"  # RFC 3834 §5; the queue gives such mail a null envelope sender


def why_not(mail: Mail, to: str) -> str:
    """Why this mail gets no automatic reply, in words; empty when it may get one."""
    email = mail.email
    if email.account.personal_owner_id:
        return _("A personal account is never used for automatic mail.")
    if email.automatic != "none":
        return _("A program wrote it (%(kind)s): such mail is never answered automatically.") % {
            "kind": email.automatic
        }
    if checks.fault(to) or checks.NO_REPLY.search(to.rpartition("@")[0]):
        return _("It has no sender who could read an answer.")
    if bounced.for_good([to]):
        return _("Mail to %(who)s comes back.") % {"who": to}
    content = getattr(email, "content", None)
    if content is not None and facts.disowned(content.facts):
        return _("The sender's domain disowns it: the answer would reach a stranger.")
    theirs = dict.fromkeys((addresses.folded(to), addresses.folded(email.from_address)))
    own = compose.own_among(theirs)
    employees = people.employees_by_address(theirs)
    for address in theirs:
        if address in own:
            return _("%(who)s is an address of our own.") % {"who": address}
        if address in employees:
            return _("%(who)s is an employee.") % {"who": address}
    return ""


def reply(
    mail: Mail, kind: str, template: NotificationTemplate | None, shipped: str, account: EmailAccount, sender: str = ""
) -> Verdict:
    """Send the reply of this kind unless a guard says no; `shipped` is the template where none is chosen.

    `sender` stands in From where it is not the account's own address.
    """
    to = answering.recipients(mail.email, to_all=False)[0][0]
    done = AutomaticReply.objects.filter(kind=kind, answered=mail.email, email__isnull=False).first()
    if done is not None:
        return skipped(_("%(who)s was answered before.") % {"who": done.address})
    hindrance = why_not(mail, to.address)
    if hindrance:
        return skipped(hindrance)
    if loop_guards.answered_lately(mail, kind, to.address):
        return skipped(_("%(who)s got this reply in this conversation within the last 24 hours.") % {"who": to.address})
    stop = loop_guards.stop(mail, to.address)
    if stop is not None:
        loop_guards.hold_back(mail, kind, to.address, stop)
        return skipped(_("Held back, so that no loop comes of it: %(why)s") % {"why": stop.why})
    chosen = template or standard.find(shipped)
    if chosen is None:
        return skipped(_("There is no template for it: choose one in System email accounts."))
    return _send(mail, kind, chosen, account, sender, to)


def _send(
    mail: Mail, kind: str, template: NotificationTemplate, account: EmailAccount, sender: str, to: Address
) -> Verdict:
    firm = mail.found.records.known().business_account
    if firm is not None and firm.language:
        template = standard.in_language(template, firm.language)
    try:
        made = from_template.filled(template, mail.email, mail.now, Company=from_template.company(account))
    except render.TooLong as error:
        return skipped(str(error))
    email, html = mail.email, bodies.sanitise_html(made.html)
    fields = DraftFields(
        account=account,
        to=[to],
        subject=made.subject,
        html=html,
        text=bodies.text_from_html(html),
        in_reply_to=(email.message_id,) if email.message_id else (),
        references=references.for_reply(email.message_id, *answering.named(email)),
        thread_id=email.thread_id,
        related=(email.related_entity_type, email.related_entity_id, email.related_entity_description),
        extra={"auto_submitted": MARK},
        sender=Address(account.sender_name, sender) if sender else None,
    )
    new = NewEmail(fields, _files(template), send=True, idempotency_key=f"{kind}:{email.pk}", lane=Lane.NOTICE)
    try:
        sent = outbox.create(new, mail.now, None)
    except (outbox.BadAddress, compose.TooLarge) as error:
        return skipped(str(error))
    AutomaticReply.objects.update_or_create(
        kind=kind,
        answered=email,
        defaults={
            "email": sent,
            "address": loop_guards.key(to.address),
            "domain": addresses.domain(to.address),
            "stopped": "",
            "at": mail.now,
        },
    )
    return did(_("Answered %(who)s by the template “%(template)s”.") % {"who": to.address, "template": template})


def _files(template: NotificationTemplate) -> list[NewFile]:
    try:
        return from_template.files_of(template)
    except store.FileMissing:  # the words go all the same
        log.warning("template_file_missing", template=template.notification_id)
        return []
