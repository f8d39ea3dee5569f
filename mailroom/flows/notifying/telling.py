"""Tells people of an event by the template that is registered for it; in words whom, or why nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.base import audit
from mailroom.flows.sending import from_template, outbox
from mailroom.flows.sending.from_template import Notice
from mailroom.mime.message import Address
from mailroom.records.activities import linking
from mailroom.records.crm import entities
from mailroom.records.crm.models import CaseComment, Happening
from mailroom.records.notifications import activity_lines, events, sources, standard
from mailroom.records.notifications.events import Event
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Employee, User

log = structlog.get_logger(__name__)
LONGEST = CaseComment._meta.get_field("told").max_length or 0
BATCH = 100


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a record, done `by` a user; `key` names this one, so that nobody is told of it twice."""

    event: Event
    record: Any
    key: str
    by: User | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def of_comment(comment: CaseComment, now: datetime) -> str:
    """Tell of a customer's comment, or of the files alone that he added; the words are kept with it."""
    event = events.PORTAL_COMMENT if comment.body else events.PORTAL_FILE
    line = {place.name: place.read(comment) for place in activity_lines.ACTIVITY}
    given = {"Activities": [line], "ActivitiesSelect": [line]}
    words = tell(Happened(event, comment.case, f"{event.key}:{comment.pk}", given=given), now)
    CaseComment.objects.filter(pk=comment.pk).update(told=words[:LONGEST])
    return words


def of_records(now: datetime) -> int:
    """Tell of what happened to records since; how many events. Each is taken by one worker and then gone."""
    rows = list(Happening.objects.select_related("by__employee").order_by("pk")[:BATCH])
    for row in rows:
        with transaction.atomic():
            if Happening.objects.filter(pk=row.pk).delete()[0]:
                _of_record(row, now)
    return len(rows)


def _of_record(row: Happening, now: datetime) -> None:
    event, kind = events.EVENTS.get(row.event), entities.of_key(row.entity_type)
    record = kind.model._default_manager.filter(pk=row.entity_id).first() if kind is not None else None
    if event is not None and record is not None and events.template_of(event) is not None:
        given = {"ApprovedBy.Name": str(row.by)} if row.by is not None else {}
        tell(Happened(event, record, f"{event.key}:{row.pk}", row.by, given), now)


def tell(happened: Happened, now: datetime) -> str:
    """Queue the notice of an event; in words who is told, or why nobody is."""
    event = happened.event
    template = events.template_of(event)
    if template is None:
        return _nobody(happened, _("no notification template is registered for “%(event)s”") % {"event": event.label})
    reader = sources.at(event.reader)(happened.record)
    if reader is not None and not (people.works(reader) if isinstance(reader, Employee) else reader.active):
        reader = None
    if reader is not None and happened.by is not None and getattr(happened.by, "employee", None) == reader:
        return _nobody(happened, _("%(who)s did it himself") % {"who": reader})
    try:
        with transaction.atomic():
            email = from_template.queue(_notice(happened, template, reader), now)
    except from_template.ComesBack as error:
        return _nobody(happened, str(error), kept=True)
    except outbox.NoRecipient:
        return _nobody(happened, _nobody_there(event, reader))
    except from_template.CANNOT_BE_SENT as error:
        return _nobody(happened, str(error))
    return _("%(who)s is told.") % {"who": email.to_line or email.cc_line or email.bcc_line}


def _notice(happened: Happened, template: NotificationTemplate, reader: Any) -> Notice:
    """The notice in the reader's language; to him where the template says nobody."""
    address = people.address_of(reader) if isinstance(reader, Employee) else getattr(reader, "email", "")
    silent = not any(line.strip() for line in (template.to, template.cc, template.bcc))
    target = linking.related(happened.record)
    return Notice(
        standard.in_language(template, _language(reader)),
        happened.record,
        happened.key,
        related=(target.type, target.id, target.description),
        to=[Address(reader.name, address)] if silent and address else (),
        given=dict(happened.given) | ({} if reader is not None else {happened.event.place: ""}),
    )


def _language(reader: Any) -> str:
    told = reader.user if isinstance(reader, Employee) else getattr(reader, "business_account", None)
    return told.language if told is not None else ""


def _nobody_there(event: Event, reader: Any) -> str:
    if reader is None:
        return _("the case has no owner who works here") if event.reader == "owner" else _("nobody is named there")
    return _("%(who)s has no address to be told at") % {"who": reader}


def _nobody(happened: Happened, why: str, kept: bool = False) -> str:
    """Why nobody is told; `kept` writes it into the record's audit trail, where a person can find it later."""
    log.warning("nobody told", event_key=happened.event.key, record=str(happened.record), why=why)
    words = _("Nobody was told: %(why)s.") % {"why": why.rstrip(".")}
    if kept:
        audit.record(happened.record, audit.Act.UPDATE, None, notification=("", f"{happened.event.label}: {words}"))
    return words
