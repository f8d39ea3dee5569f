"""Which attachments reach the reader (SM204002, Content): others are quarantined, or discarded by choice."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mailroom.mime.message import Attachment as Part
from mailroom.records.emails.models import Attachment


@dataclass(frozen=True, slots=True)
class Rule:
    """The allowed extensions in lower case, empty for all; and whether others are thrown away."""

    extensions: frozenset[str]
    discard: bool

    def judge(self, part: Part) -> tuple[str, str]:
        """The state of one part and its reason; inline images are exempt."""
        if not self.extensions or (part.inline and part.type.startswith("image/")):
            return Attachment.State.DELIVERED, ""
        name = part.name.strip(" .")  # a name that ends in dots or blanks opens as one without them
        extension = name.rpartition(".")[2].strip().lower() if "." in name else ""
        if extension in self.extensions:
            return Attachment.State.DELIVERED, ""
        reason = _("Files of type “%(type)s” are not among the allowed attachment types.") % {
            "type": extension or part.type
        }
        return (Attachment.State.DISCARDED if self.discard else Attachment.State.QUARANTINED), reason


def rule(allowed: str, discard: bool) -> Rule:
    """Read the setting: extensions separated by commas or blanks; case, dots and stars are tolerated."""
    words: Sequence[str] = allowed.replace(",", " ").replace(";", " ").split()
    return Rule(frozenset(filter(None, (word.strip().lstrip("*").lstrip(".").lower() for word in words))), discard)
