"""Brief information about references: who a sender is, what his mail belongs to, and the last mails (BEHAVIOUR 5.12).

It is kept beside the body, never in it: windows show it below, copies to employees end with it between two marks, and
what an employee answers is cleaned of it.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from mailroom.flows.incoming.step import Mail
from mailroom.mime import bodies
from mailroom.records.crm import entities
from mailroom.records.crm.models import BusinessAccount, Contact
from mailroom.records.emails import queries
from mailroom.records.emails.models import Email, EmailContent, Lane, Status
from mailroom.records.organisation import people
from mailroom.records.organisation.models import User

FACT = "about"
MOST_MAILS = 5
OPENED, CLOSED = "===== About this email (Mailroom) =====", "===== End of about this email ====="
BLOCK = re.compile(rf"^[> \t]*{re.escape(OPENED)}.*?^[> \t]*{re.escape(CLOSED)}[ \t]*\n?", re.DOTALL | re.MULTILINE)
LABELS = {
    "entity": _("Related entity"),
    "account": _("Business account"),
    "contact": _("Contact"),
    "lead": _("Lead"),
    "owner": _("Owner"),
}


@dataclass(frozen=True, slots=True)
class About:
    """The words by the names of LABELS, and the last mails: id, date, sender and subject."""

    words: dict[str, str] = field(default_factory=dict)
    mails: list[list[Any]] = field(default_factory=list)


def make(mail: Mail) -> About:
    """What is known about a mail now."""
    email, known = mail.email, mail.found.records.known()
    record = record_of(email)
    account = _first(BusinessAccount, record, getattr(record, "business_account", None), known.business_account)
    contact = _first(Contact, record, getattr(record, "contact", None), known.contact)
    found = {
        "entity": email.related_entity_description,
        "account": f"{account.account_id} {account.name}" if account else "",
        "contact": " ".join(filter(None, (contact.name, contact.position, contact.phone))) if contact else "",
        "lead": str(known.lead) if known.lead and contact is None else "",
        "owner": people.together(email.owner, email.workgroup),
    }
    return About({name: words for name, words in found.items() if words}, _last(email))


def record_of(email: Email) -> Any | None:
    """The record that a mail is an activity of."""
    kind = entities.of_key(email.related_entity_type)
    return kind.model._default_manager.filter(pk=email.related_entity_id).first() if kind is not None else None


def _first(model: type, *candidates: Any) -> Any | None:
    return next((one for one in candidates if isinstance(one, model)), None)


def _last(email: Email) -> list[list[Any]]:
    """The last mails of the record, else of the conversation; personal and security mail has no place here."""
    rows = Email.objects.filter(account__personal_owner=None).exclude(pk=email.pk).exclude(lane=Lane.SECURITY)
    rows = rows.exclude(status__in=(Status.DRAFT, Status.DELETED)).exclude(routed__isnull=False)
    if email.related_entity_type:
        rows = rows.filter(related_entity_type=email.related_entity_type, related_entity_id=email.related_entity_id)
    else:
        rows = rows.filter(thread=email.thread_id)
    found = rows.order_by("-date", "-pk").values_list("pk", "date", "from_name", "from_address", "subject")
    return [[pk, date.isoformat(), name or address, subject] for pk, date, name, address, subject in found[:MOST_MAILS]]


def keep(email: Email, about: About) -> None:
    """Put it beside the body of the mail."""
    content = EmailContent.objects.get(email=email)
    content.facts = content.noted | {FACT: {"words": about.words, "mails": about.mails}}
    content.save(update_fields=["facts"])


def names(about: About) -> list[str]:
    """What a block speaks of, in words."""
    found = [str(LABELS[name]) for name in about.words if name in LABELS]
    return [*found, str(_("Last emails"))] if about.mails else found


def seen_by(about: About, user: User | None) -> About:
    """The block without the mails that a person may not see."""
    wanted = [row[0] for row in about.mails]
    seen = set(queries.visible_to(user).filter(pk__in=wanted).values_list("pk", flat=True)) if user and wanted else ()
    return About(about.words, [row for row in about.mails if row[0] in seen])


def of(content: EmailContent | None) -> About | None:
    """What stands beside the body of a mail; None where nothing does."""
    found = content.noted.get(FACT) if content is not None else None
    return About(found.get("words") or {}, found.get("mails") or []) if isinstance(found, dict) else None


def text(about: About) -> str:
    """The block as the last lines of a plain text mail."""
    rows = [f"{LABELS[name]}: {words}" for name, words in about.words.items() if name in LABELS]
    rows += [f"{date[:16].replace('T', ' ')} {who}: {subject}" for _pk, date, who, subject in about.mails]
    return "\n".join((OPENED, *rows, CLOSED))


def html(about: About) -> str:
    """The block as the end of an HTML mail."""
    return f'<div data-about="1">{bodies.html_from_text(text(about))}</div>'


def without(text: str) -> str:
    """Text without such blocks, quoted ones among them."""
    return BLOCK.sub("", text)
