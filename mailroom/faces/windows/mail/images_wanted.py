"""Of which senders a person always wants to see the remote images."""

from django.http import HttpRequest

from mailroom.faces.windows.kit import person
from mailroom.records.emails import facts
from mailroom.records.emails.models import Email

SETTING = "remote_images_from"
MOST = 2000


def from_sender(request: HttpRequest, email: Email) -> bool:
    """Whether this person wants images of this sender, or of all (SM203010); never when its domain disowns the mail."""
    content = getattr(email, "content", None)
    everyone = person.setting(request, "remote_images", "ask") == "always"
    known = everyone or email.from_address.lower() in person.setting(request, SETTING, [])
    return bool(email.from_address) and known and not (content and facts.disowned(content.facts))


def always(request: HttpRequest, email: Email) -> None:
    """Remember the sender for this person."""
    address = email.from_address.lower()
    kept = [known for known in person.setting(request, SETTING, []) if known != address]
    if address:
        person.save(request, SETTING, [*kept, address][-MOST:])
