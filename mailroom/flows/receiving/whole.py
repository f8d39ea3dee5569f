"""Fetches the whole of a mail that was too large when it came: by a person's wish, one fetch by its place."""

from datetime import datetime

from django.utils.translation import gettext as _

from mailroom.base import durable
from mailroom.flows.receiving import filing
from mailroom.flows.receiving.models import ServerMessage
from mailroom.flows.receiving.receive import TROUBLES, open_session
from mailroom.flows.receiving.servers.contract import Cursor, Fetched
from mailroom.records.email_accounts import connection
from mailroom.records.emails import received, status
from mailroom.records.emails.models import Email, StatusChange
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current

LARGEST = 500_000_000


class NotFetched(status.Refused):
    """The whole mail could not be fetched; the text tells a person why."""


def fetch(email: Email, now: datetime, by: User | None) -> None:
    """Replace the header by the whole mail; raises NotFetched. What people made of the email stays."""
    place = ServerMessage.objects.filter(email=email, cut=True).first()
    if place is None:
        raise NotFetched(_("The whole of this email is here already."))
    if current.is_suspended():
        raise NotFetched(_("Email processing is suspended."))
    found = _from_server(place)
    if found is None or found.cut:
        raise NotFetched(_("The email is not on the server any more."))
    made = filing.whole(email.account, found, now)
    with durable.atomic():
        received.write_again(email.pk, made)
        email.refresh_from_db(fields=["raw_sha256"])
        ServerMessage.objects.filter(email=email, cut=True).update(cut=False, raw_sha256=email.raw_sha256)
        StatusChange.objects.create(
            email=email, at=now, action="fetch whole", before=email.status, after=email.status, by=by
        )


def _from_server(place: ServerMessage) -> Fetched | None:
    try:
        session = open_session(place.account)
    except TROUBLES as error:
        raise NotFetched(str(connection.explain(error))) from error
    try:
        return session.message(Cursor(place.folder, place.uidvalidity), place.uid, LARGEST)
    except TROUBLES as error:
        raise NotFetched(str(connection.explain(error))) from error
    finally:
        session.close()
