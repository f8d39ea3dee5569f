"""Which attachments reach the reader (SM204002, Content): others are quarantined, or discarded by choice."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.mime.message import Attachment as Part
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Attachment


@dataclass(frozen=True, slots=True)
class Rule:
    """The allowed extensions in lower case, empty for all; and whether others are thrown away."""

    extensions: frozenset[str]
    discard: bool

    def judge(self, part: Part) -> tuple[str, str]:
        """The state of one part and its reason; inline images are exempt."""
        if part.inline and part.type.startswith("image/"):
            return Attachment.State.DELIVERED, ""
        reason = self.refusal(part.name, part.type)
        if not reason:
            return Attachment.State.DELIVERED, ""
        return (Attachment.State.DISCARDED if self.discard else Attachment.State.QUARANTINED), reason

    def refusal(self, name: str, kind: str = "") -> str:
        """Why a file of this name is not allowed; empty where it is."""
        name = name.strip(" .")  # a name that ends in dots or blanks opens as one without them
        extension = name.rpartition(".")[2].strip().lower() if "." in name else ""
        if not self.extensions or extension in self.extensions:
            return ""
        words = _("Files of type “%(type)s” are not among the allowed attachment types.")
        return words % {"type": extension or kind or name[-40:]}


def rule(allowed: str, discard: bool) -> Rule:
    """Read the setting: extensions separated by commas or blanks; case, dots and stars are tolerated."""
    words: Sequence[str] = allowed.replace(",", " ").replace(";", " ").split()
    return Rule(frozenset(filter(None, (word.strip().lstrip("*").lstrip(".").lower() for word in words))), discard)


def rule_of(account: EmailAccount | None) -> Rule:
    """What an account lets through; everything where there is none."""
    options = ReceivingOptions.objects.filter(account=account).first() if account is not None else None
    return rule(options.allowed_attachment_types, options.discard_other_attachments) if options else rule("", False)
