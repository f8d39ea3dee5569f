"""Replies and forwards as a person writes them: the account, the language and the clock that fit (BEHAVIOUR 3.5)."""

from datetime import datetime

from mailroom.mime.message import Address
from mailroom.records.crm.models import BusinessAccount, Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import answering
from mailroom.records.emails.answering import Voice
from mailroom.records.emails.models import Direction, Email
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current


def reply(email: Email, user: User | None, now: datetime, to_all: bool = False) -> Email:
    """A draft that answers `email`, in the language of the customer where it is known, else the writer's."""
    return answering.reply(email, user, now, to_all, voice_for(email, user))


def forward(email: Email, user: User | None, now: datetime) -> Email:
    """A draft that passes `email` on, its heading in the writer's language."""
    own = Voice(account_for(email, user), _language(user), _zone(user))
    return answering.forward(email, user, now, own)


def voice_for(email: Email, user: User | None) -> Voice:
    """How an answer to `email` speaks."""
    outside = email.from_address if email.direction == Direction.INCOMING else ""
    return Voice(account_for(email, user), language_of(outside) or _language(user), _zone(user))


def account_for(email: Email, user: User | None) -> EmailAccount | None:
    """The account that got the mail where this person may write from it, else his default, else the system's."""
    account = email.account
    mine = account.personal_owner_id in {None, user.pk if user else None}
    return account if account.active and mine else current.default_account_for(user)


def language_of(address: str) -> str:
    """The language that the customer's record names; empty when it names none."""
    if not address:
        return ""
    contact = Contact.objects.filter(email__iexact=address).exclude(business_account=None)
    found = contact.values_list("business_account__language", flat=True).first()
    return (
        found or BusinessAccount.objects.filter(email__iexact=address).values_list("language", flat=True).first() or ""
    )


def recipient_name(items: list[Address]) -> str:
    """The name of the first recipient, as a greeting uses it; empty when only the address is known."""
    first = items[0] if items else Address("", "")
    known = Contact.objects.filter(email__iexact=first.address).values_list("name", flat=True).first()
    return known or first.name


def _language(user: User | None) -> str:
    return user.language if user else "en"


def _zone(user: User | None) -> str:
    return user.time_zone if user else "UTC"
