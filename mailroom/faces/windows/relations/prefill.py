"""What a pop-up window of the Create menu takes over from the emails it was opened for."""

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest

from mailroom.faces.windows.kit import requests
from mailroom.mime import addresses, bodies
from mailroom.records.crm import lookup
from mailroom.records.crm.lookup import Known
from mailroom.records.emails import queries
from mailroom.records.emails.models import Attachment, Direction, Email

MOST = 200
LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Origin:
    """The emails a record is made from: the first gives the values, all become activities of the record."""

    emails: list[Email] = field(default_factory=list)

    @property
    def first(self) -> Email | None:
        """The email that gives the values."""
        return self.emails[0] if self.emails else None

    @property
    def ids(self) -> list[int]:
        """The ids of all of them."""
        return [email.pk for email in self.emails]

    @property
    def subject(self) -> str:
        """Its subject."""
        return self.first.subject if self.first else ""

    @property
    def name(self) -> str:
        """The other party's name, else address."""
        return self._other()[0] or self.address

    @property
    def address(self) -> str:
        """The other party's address: the sender's, or for our own mail the first recipient's."""
        return self._other()[1]

    @property
    def text(self) -> str:
        """What the sender wrote, without quotes."""
        content = getattr(self.first, "content", None)
        if content is None:
            return ""
        text = content.reply_text or content.text or bodies.text_from_html(content.html)
        return str(text).strip()[:LONGEST_TEXT]

    def known(self) -> Known:
        """Contact, lead and business account of the other party."""
        return lookup.by_address(self.address)

    def files(self) -> list[Attachment]:
        """The files of all the emails that a record may take over."""
        rows = Attachment.objects.filter(email__in=self.ids, inline=False, state=Attachment.State.DELIVERED)
        return list(rows.exclude(file=None).select_related("file")[:MOST])

    def _other(self) -> tuple[str, str]:
        email = self.first
        if email is None:
            return "", ""
        if email.direction == Direction.INCOMING:
            return email.from_name, email.from_address
        found = addresses.parse(email.to_line)
        return (found[0].name, found[0].address) if found else ("", "")


def visible(request: HttpRequest, values: list[str]) -> list[int]:
    """The ids among a request's `ids`; 404 when one of them is none that this person may see."""
    ids = requests.ids_of(values)
    if ids is None:
        raise Http404
    ids = ids[:MOST]
    if ids and queries.visible_to(requests.user_of(request)).filter(pk__in=ids).count() != len(ids):
        raise Http404
    return ids


def origin(request: HttpRequest, values: list[str]) -> Origin:
    """The emails of `ids`, in that order."""
    ids = visible(request, values)
    rows = queries.visible_to(requests.user_of(request)).filter(pk__in=ids)
    found = {row.pk: row for row in rows.select_related("content", "owner", "workgroup")}
    return Origin([found[pk] for pk in ids])


def related(request: HttpRequest, origin: Origin) -> dict[str, Any]:
    """What an activity made from emails is for: the record that the first email is linked to."""
    email = origin.first
    if email is None or not email.related_entity_type:
        return {}
    return {"entity": f"{email.related_entity_type}:{email.related_entity_id}"}
