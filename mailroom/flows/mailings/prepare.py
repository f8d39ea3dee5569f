"""A mass email's way from Prepared to Sent: what may be changed when, sending, stopping; a kill costs a batch."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.base import engine, mapping
from mailroom.flows.mailings import entity, recipients, text
from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient, Reason
from mailroom.flows.sending import bulk, from_template
from mailroom.mime import file_names
from mailroom.records.activities import attached, linking
from mailroom.records.crm import numbering
from mailroom.records.emails import compose, links, status
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.links import Related
from mailroom.records.emails.models import Attachment, Email, Status
from mailroom.records.notifications.render import TooLong
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current

BATCH = 200
LONGEST_PAUSE = timedelta(hours=1)
State = MassEmail.Status
OF_WORKERS = ("status", "job", "prepared_at", "queued_at", "sent_at")


def number(mass_email: MassEmail, now: datetime, by: User | None) -> None:
    """Give a new one its number, its moment, and whose it is."""
    if mass_email.pk is None:
        mass_email.created_at, mass_email.created_by = now, by
        mass_email.owner = mass_email.owner or getattr(by, "employee", None)
    mass_email.mass_email_id = mass_email.mass_email_id or numbering.following("MM-", MassEmail, "mass_email_id")


def why_fixed(mass_email: MassEmail) -> str:
    """Why text, files and recipients may not be changed now; empty when they may: until somebody got the mail."""
    if mass_email.status == State.PREPARING:
        return _("It is being prepared: until then its text, files and recipients stay as they are.")
    if mass_email.status in {State.ON_HOLD, State.PREPARED} and not _begun(mass_email):
        return ""
    return _("Its mail is on its way: its text, files and recipients stay as they are.")


def may_change(mass_email: MassEmail) -> bool:
    """Whether they may."""
    return not why_fixed(mass_email)


def _begun(mass_email: MassEmail) -> bool:
    return mass_email.recipients.filter(queued=True).exists()


def keep_still(mass_email: MassEmail) -> str:
    """Keep workers from its row until the transaction ends, and read how it stands; answers as `why_fixed`."""
    if mass_email.pk is None:
        return ""
    now_there = locked(mass_email.pk)
    for name in OF_WORKERS:
        setattr(mass_email, name, getattr(now_there, name))
    return why_fixed(mass_email)


@transaction.atomic
def hold(mass_email_id: int) -> MassEmail:
    """Back on hold, for another change of text or sources; what is being prepared stops.

    Raises status.Refused when mail has gone out.
    """
    mass_email = locked(mass_email_id)
    if mass_email.status != State.PREPARING and not may_change(mass_email):
        raise status.Refused(_("Its mail is on its way."))
    mass_email.status = State.ON_HOLD
    mass_email.save(update_fields=["status"])
    return mass_email


@transaction.atomic
def send(mass_email_id: int, now: datetime) -> MassEmail:
    """Queue every recipient's mail, in the background; raises status.Refused unless it is prepared."""
    mass_email = locked(mass_email_id)
    if mass_email.status != State.PREPARED:
        raise status.Refused(_("Only a prepared mass email can be sent."))
    text.check(mass_email)
    mass_email.status, mass_email.queued_at = State.SENDING, now
    mass_email.save(update_fields=["status", "queued_at"])
    _wake(mass_email.pk)
    return mass_email


@transaction.atomic
def stop(mass_email_id: int) -> MassEmail:
    """Queue no more; *Send* goes on with those who have no mail yet. Raises status.Refused unless it is sending."""
    mass_email = locked(mass_email_id)
    if mass_email.status != State.SENDING:
        raise status.Refused(_("It is not being sent."))
    mass_email.status = State.PREPARED
    mass_email.save(update_fields=["status"])
    return mass_email


def waiting() -> list[int]:
    """The mass emails that are being sent."""
    return list(MassEmail.objects.filter(status=State.SENDING).values_list("pk", flat=True))


def carry_on(mass_email_id: int, now: datetime) -> None:
    """Queue what waits, a batch a transaction; it is Sent when every mail has an outcome."""
    if current.is_suspended():
        return
    mapping.off()
    position = MassEmailRecipient.objects.filter(mass_email=mass_email_id, queued=True).count()
    while queued := _batch(mass_email_id, now, position):
        position += queued
    _finish(mass_email_id, now)


@transaction.atomic
def _batch(mass_email_id: int, now: datetime, position: int) -> int:
    """Queue the next recipients, but leave out who may get no mail since; how many they were.

    The row's lock keeps a second worker out.
    """
    mass_email = locked(mass_email_id)
    if mass_email.status != State.SENDING:
        return 0
    free = MassEmailRecipient.objects.filter(mass_email=mass_email, queued=False, reason=Reason.NONE)
    rows = list(free.select_related(*entity.WITH).order_by("pk")[:BATCH])
    if rows and (mass_email.queued_at is None or mass_email.queued_at < now - LONGEST_PAUSE):
        stop(mass_email_id)  # an old backup, perhaps: the rest may have got it since, so somebody has to say yes
        return 0
    by, base, left_out = mass_email.created_by, from_template.base_address(), recipients.since(rows)
    for row in rows:
        if row.pk in left_out:
            row.reason, row.key = left_out[row.pk], ""
    chosen = [row for row in rows if row.pk not in left_out]
    with text.in_its_language(mass_email):
        drafts = [(row, draft) for row in chosen if (draft := _draft(mass_email, row, now, base)) is not None]
    emails = compose.create_many([draft for _row, draft in drafts], now, by)
    _attach(mass_email, emails)
    for (row, _draft_of), email in zip(drafts, emails, strict=True):
        row.email = email
    queued = bulk.enqueue_many([email.pk for email in emails], now, by, position=position)
    for row in chosen:
        row.queued = True
        if row.email_id in queued.refused:
            row.reason, row.words = Reason.REFUSED, queued.refused[row.email_id]
    MassEmailRecipient.objects.bulk_update(rows, ["email", "queued", "reason", "words", "key"], batch_size=BATCH)
    links.further(_further(mass_email, rows))
    MassEmail.objects.filter(pk=mass_email.pk).update(queued_at=now)
    return len(rows)


def _attach(mass_email: MassEmail, emails: Sequence[Email]) -> None:
    """The files of the mass email go with each mail; none is stored again."""
    files = attached.of(mass_email)
    if not files:
        return
    Attachment.objects.bulk_create(
        Attachment(
            email=email,
            file=file.file,
            position=place,
            name=file.name,
            content_type=file_names.type_of(file.name),
            size=file.size,
        )
        for email in emails
        for place, file in enumerate(files)
    )
    Email.objects.filter(pk__in=[email.pk for email in emails]).update(attachment_count=len(files))


def _draft(mass_email: MassEmail, row: MassEmailRecipient, now: datetime, base: str) -> DraftFields | None:
    try:
        return text.draft_of(mass_email, row, now, base)
    except TooLong as error:
        row.reason, row.words = Reason.REFUSED, str(error)
        return None


def _further(mass_email: MassEmail, rows: Sequence[MassEmailRecipient]) -> list[tuple[int, Related]]:
    """Each mail is an activity of its mass email and of the campaign that named its recipient."""
    own = linking.related(mass_email)
    campaigns = {row.campaign_id: linking.related(row.campaign) for row in rows if row.campaign is not None}
    found = [(row.email_id, own) for row in rows if row.email_id]
    return found + [(row.email_id, campaigns[row.campaign_id]) for row in rows if row.email_id and row.campaign_id]


@transaction.atomic
def _finish(mass_email_id: int, now: datetime) -> None:
    mass_email = locked(mass_email_id)
    rows = mass_email.recipients.filter(reason=Reason.NONE)
    on_the_way = rows.filter(email__status__in=(Status.PENDING, Status.IN_PROCESS))
    if mass_email.status == State.SENDING and not rows.filter(queued=False).exists() and not on_the_way.exists():
        mass_email.status, mass_email.sent_at = State.SENT, now
        mass_email.save(update_fields=["status", "sent_at"])


def locked(mass_email_id: int) -> MassEmail:
    """The row, held until the transaction ends."""
    rows = MassEmail.objects.select_for_update(of=("self",)).select_related("account", "created_by")
    return rows.get(pk=mass_email_id)


def _wake(mass_email_id: int) -> None:
    engine.wake("mailings.send", lock=f"mass-email:{mass_email_id}", mass_email_id=mass_email_id)
