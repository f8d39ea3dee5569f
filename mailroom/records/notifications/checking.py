"""What is wrong with a notification template, in sentences: what would be seen only when a mail has gone out."""

import difflib
import re
from collections.abc import Iterator
from functools import cache

from django.utils.translation import gettext as _

from mailroom.records.notifications import render, standard
from mailroom.records.notifications.models import NotificationTemplate

OPENED = re.compile(r"\(\s*\(\s*[A-Za-z_][\w.]*")


def problems(template: NotificationTemplate) -> list[str]:
    """The problems of one template; none when it can be used as it stands."""
    return list(_problems(template))


def _problems(template: NotificationTemplate) -> Iterator[str]:
    texts = {
        "To": template.to,
        "CC": template.cc,
        "BCC": template.bcc,
        "Subject": template.subject,
        "Message text area": template.body,
    }
    if not template.body.strip():
        yield _("The text is empty.")
    for label, text in texts.items():
        if len(OPENED.findall(text)) > len(render.places(text)):
            yield _("%(field)s: a placeholder is opened by (( and not closed by )).") % {"field": label}
    if template.notification_id == standard.WELCOME and (words := render.welcome_problem(template.body)):
        yield words
    known = _known(template.notification_id)
    for label, text in texts.items():
        for name in dict.fromkeys(render.places(text)):
            if known and name not in known:
                yield _("%(field)s: ((%(name)s)) has no value here. Did you mean ((%(near)s))?") % {
                    "field": label,
                    "name": name,
                    "near": difflib.get_close_matches(name, known, n=1, cutoff=0)[0],
                }


@cache
def _known(notification_id: str) -> frozenset[str]:
    """The names that a shipped notification gives values to: those that its own texts use."""
    shipped = [row for row in standard.rows() if row.notification_id == notification_id]
    parts = (part for row in shipped for part in (row.to, row.cc, row.bcc, row.subject, row.body))
    return frozenset(name for part in parts for name in render.places(part))
