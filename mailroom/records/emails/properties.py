"""What emails can be filtered by, in windows, API and command line alike."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mailroom.records.emails.models import Direction, Status
from mailroom.records.filters.properties import Kind, Property

EMAIL: tuple[Property, ...] = (
    Property("subject", _("Subject"), Kind.TEXT, "subject"),
    Property("from", _("From"), Kind.TEXT, "from_address"),
    Property("from_name", _("From name"), Kind.TEXT, "from_name"),
    Property("to", _("To"), Kind.TEXT, "to_line"),
    Property("cc", _("Cc"), Kind.TEXT, "cc_line"),
    Property("bcc", _("Bcc"), Kind.TEXT, "bcc_line"),
    Property("date", _("Date"), Kind.DAY, "date"),
    Property("status", _("Email status"), Kind.CHOICE, "status", Status.choices),
    Property("direction", _("Direction"), Kind.CHOICE, "direction", Direction.choices),
    Property("account", _("Email account"), Kind.TEXT, "account__email_account_id"),
    Property("related", _("Related entity description"), Kind.TEXT, "related_entity_description"),
    Property("workgroup", _("Work group"), Kind.TEXT, "workgroup__description"),
    Property("owner", _("Owner"), Kind.TEXT, "owner__name"),
    Property("created_by", _("Created by"), Kind.TEXT, "created_by__full_name"),
    Property("created", _("Received or created"), Kind.DAY, "created_at"),
    Property("start", _("Start time"), Kind.DAY, "start_at"),
    Property("attachments", _("Attachments"), Kind.NUMBER, "attachment_count"),
    Property("size", _("Size in bytes"), Kind.NUMBER, "size"),
    Property("attempts", _("Attempts"), Kind.NUMBER, "attempts"),
    Property("error", _("Error"), Kind.TEXT, "error"),
    Property("read", _("Read"), Kind.FLAG, "read", (("true", _("Yes")), ("false", _("No")))),
    Property("archived", _("Archived"), Kind.FLAG, "archived", (("true", _("Yes")), ("false", _("No")))),
)


def labelled(**labels: Any) -> Sequence[Property]:
    """The same properties under a window's own labels."""
    return tuple(
        Property(one.key, labels[one.key], one.kind, one.field, one.choices) if one.key in labels else one
        for one in EMAIL
    )
