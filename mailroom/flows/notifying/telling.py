"""Tells people of an event by the template that is registered for it; whom, or why nobody, is kept with the event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.flows.sending import from_template, outbox
from mailroom.flows.sending.from_template import Notice
from mailroom.records.activities import linking
from mailroom.records.crm.models import Case, CaseComment
from mailroom.records.notifications import activity_lines, events, standard
from mailroom.records.notifications.events import Event
from mailroom.records.organisation import people

log = structlog.get_logger(__name__)
LONGEST = CaseComment._meta.get_field("told").max_length or 0


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a case; `key` names this one, so that nobody is told of it twice."""

    event: Event
    case: Case
    key: str
    given: Mapping[str, Any] = field(default_factory=dict)


def of_comment(comment: CaseComment, now: datetime) -> str:
    """Tell of a customer's comment, or of the files alone that he added; the words that are kept with it."""
    event = events.PORTAL_COMMENT if comment.body else events.PORTAL_FILE
    line = {place.name: place.read(comment) for place in activity_lines.ACTIVITY}
    given = {"Activities": [line], "ActivitiesSelect": [line]}
    words = tell(Happened(event, comment.case, f"{event.key}:{comment.pk}", given), now)
    CaseComment.objects.filter(pk=comment.pk).update(told=words[:LONGEST])
    return words


def tell(happened: Happened, now: datetime) -> str:
    """Queue the notice of an event; in words who is told, or why nobody is."""
    case, event = happened.case, happened.event
    template = events.template_of(event)
    if template is None:
        return _nobody(happened, _("no notification template is registered for “%(event)s”") % {"event": event.label})
    owner = case.owner if people.works(case.owner) else None
    if owner is not None and owner.user is not None:
        template = standard.in_language(template, owner.user.language)
    given = dict(happened.given) | ({} if owner is not None else {"Case.OwnerID.Email": ""})
    target = linking.related(case)
    notice = Notice(template, case, happened.key, related=(target.type, target.id, target.description), given=given)
    try:
        with transaction.atomic():
            email = from_template.queue(notice, now)
    except outbox.NoRecipient:
        why = (
            _("the owner of the case has no address of his own") if owner else _("the case has no owner who works here")
        )
        return _nobody(happened, why)
    except from_template.CANNOT_BE_SENT as error:
        return _nobody(happened, str(error))
    return _("%(who)s is told.") % {"who": email.to_line or email.cc_line or email.bcc_line}


def _nobody(happened: Happened, why: str) -> str:
    log.warning("nobody told", event_key=happened.event.key, case=happened.case.case_id, why=why)
    return _("Nobody was told: %(why)s.") % {"why": why.rstrip(".")}
