"""After step 1: a delivery report marks the mail and the address that it speaks of (BEHAVIOUR 5, bounces)."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from mailroom.flows.incoming import routing
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.flows.sending import from_template, notices
from mailroom.mime.message import BounceRecipient
from mailroom.records.emails import bounced, links
from mailroom.records.emails.links import Related
from mailroom.records.emails.models import Email, Recipient
from mailroom.records.organisation.models import Employee

MOST = 100  # recipients of one report


class RecordBounce:
    """Marks what came back, gives the report to the mail's owner and tells him; a person's mail clears its address."""

    name = "record_bounce"

    def run(self, mail: Mail) -> Verdict:
        """A report that speaks of no mail of ours marks nothing: anybody can write one."""
        email = mail.email
        if email.automatic != "bounce":
            if email.automatic == "none" and bounced.works(email.from_address):
                return did(_("Mail to %(who)s had come back: that is over.") % {"who": email.from_address})
            return skipped(_("It is no delivery report."))
        rows = list(_rows(email))
        if not rows:
            return skipped(_("The report names nobody whom a mail did not reach."))
        failed = [(row, original) for row, original in rows if row.action not in bounced.STILL]
        if not failed:
            return skipped(_("The report speaks of a delay: that server still tries."))
        found = [(row, sent) for row, original in failed if (sent := bounced.find(email, original, row)) is not None]
        if not found:
            return skipped(_("The report speaks of no mail that was sent from here."))
        return _record(mail, found)


def _rows(email: Email) -> list[tuple[BounceRecipient, str]]:
    """What the report says, with the Message-ID of the mail that came back."""
    return [_row(values) for values in (email.content.noted.get("bounce") or [])[:MOST] if isinstance(values, dict)]


def _row(values: dict[str, Any]) -> tuple[BounceRecipient, str]:
    names = BounceRecipient.__slots__
    row = BounceRecipient(**{name: values[name] for name in names if name in values})
    return row, str(values.get("original_message_id") or "")


def _record(mail: Mail, found: list[tuple[BounceRecipient, Recipient]]) -> Verdict:
    told: list[str] = []
    for row, recipient in found:
        new = bounced.mark(recipient, row, mail.now)
        bounced.note(recipient.address, row, mail.email, mail.now)
        if new:
            told.append(f"{recipient.address}: {bounced.words_of(row)}")
    sent = found[0][1].email
    owner = routing.owner_of(sent)
    _give(mail, sent, owner)
    names = ", ".join(f"{recipient.address} ({_kind(row)})" for row, recipient in found)
    words = _("“%(subject)s” came back from %(who)s.") % {"subject": sent, "who": names}
    if told and owner is not None and owner.active and sent.automatic == "none":
        _tell(owner, sent, told, mail)
        words += " " + _("%(who)s is told.") % {"who": owner}
    return did(words)


def _kind(row: BounceRecipient) -> str:
    return _("for good") if row.permanent else _("for now")


def _give(mail: Mail, sent: Email, owner: Employee | None) -> None:
    """The report lies where the mail lies: with its owner, in its conversation, at its record."""
    email = mail.email
    if not email.related_entity_type and sent.related_entity_type:
        related = Related(sent.related_entity_type, sent.related_entity_id, sent.related_entity_description)
        links.link_at_hand(email, related, mail.now)
    if not email.owner_id and not email.workgroup_id:
        email.owner = owner if owner is not None and owner.active else None
        email.workgroup = sent.workgroup
    if sent.thread_id is not None:
        email.thread_id = sent.thread_id
    email.save(update_fields=["owner", "workgroup", "thread"])


def _tell(owner: Employee, sent: Email, told: list[str], mail: Mail) -> None:
    with translation.override(owner.user.language if owner.user else "en"):
        subject = _("Bounced: %(subject)s") % {"subject": sent}
        text = _("Your email “%(subject)s” did not reach everybody:\n\n%(who)s\n\nOpen it: %(address)s") % {
            "subject": sent,
            "who": "\n".join(told),
            "address": f"{from_template.base_address()}/cr306015/{sent.pk}/",
        }
    notices.tell_employee(owner, sent.account, subject, f"{text}\n", mail.now)
