"""The message as it would be sent now, for whoever wants to look before sending: nothing is fixed or stored."""

from datetime import datetime

from mailroom.flows.sending import envelope
from mailroom.mime import message, parse
from mailroom.records.emails import tags
from mailroom.records.emails.models import Email
from mailroom.records.preferences import current


def of(email: Email, now: datetime) -> message.Message:
    """A draft assembled and read back by our own parser; raises store.FileMissing when a file is gone."""
    preferences = current.read()
    subject = tags.with_tag(email.subject, email.pk, preferences.email_tag_prefix, preferences.email_tag_suffix)
    email.message_id = email.message_id or envelope.new_message_id(email.account)
    return parse.parse(envelope.make(email, subject, now))
