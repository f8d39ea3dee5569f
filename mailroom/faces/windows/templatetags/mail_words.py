"""Template tags of the email windows: notes with their mentions, who else is at an email."""

import re
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from mailroom.faces.windows.mail import together
from mailroom.records.conversations import notes
from mailroom.records.conversations.models import Doing
from mailroom.records.emails.models import Email

register = template.Library()
LINK = re.compile(r"https?://[^\s<>&\"']{2,1000}")


@register.filter
def note_text(text: str) -> SafeString:
    """A note, escaped, with its mentions in bold, web addresses as links and line breaks kept."""
    shown = str(escape(text))
    shown = notes.NAMED.sub(r'<b class="mention">@\1</b>', shown)
    shown = LINK.sub(
        lambda found: f'<a href="{found[0]}" target="_blank" rel="noopener noreferrer">{found[0]}</a>', shown
    )
    return mark_safe(shown.replace("\n", "<br>"))  # noqa: S308  # escaped above, only our own tags were added


@register.inclusion_tag("mail/_presence.html", takes_context=True)
def replying(context: Context, draft: Email) -> dict[str, Any]:
    """`{% replying record %}`: says that this person answers, and who else does or did meanwhile."""
    return together.presence_context(context["request"], draft, Doing.REPLYING)
