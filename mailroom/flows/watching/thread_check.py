"""The self-check of threads: answers whose bytes do not say what they answer."""

from datetime import datetime, timedelta

from mailroom.base.rows import among
from mailroom.records.emails import facts
from mailroom.records.emails.models import Direction, Email, EmailContent, Lane, Status
from mailroom.records.files import store
from mailroom.records.files.models import StoredFile

PERIOD = timedelta(days=1)
MOST = 200  # people's mails that one look goes through: figures are asked for every few seconds
HEADER = 65_536  # bytes that hold the fields of any mail we write
FIELDS = (b"\nin-reply-to:", b"\nreferences:")


def outside_their_thread(now: datetime) -> int:
    """How many answers among people's newest mails of a day bear no In-Reply-To or References (RFC 5322, 3.6.4).

    The bytes are read, not what we meant to write into them. An answer to mail without a Message-ID has nothing to
    name; bytes that are gone are counted elsewhere.
    """
    mails = Email.objects.filter(
        direction=Direction.OUTGOING, date__gt=now - PERIOD, lane=Lane.PERSON, status=Status.PROCESSED
    )
    newest = dict(mails.exclude(raw_sha256=None).order_by("-date", "-id").values_list("pk", "raw_sha256")[:MOST])
    noted = EmailContent.objects.filter(email_id__in=among(newest)).values_list("email_id", "facts")
    answered = {pk: found["answers"] for pk, found in noted if facts.known(found).get("answers")}
    named = Email.objects.filter(pk__in=among(answered.values())).exclude(message_id="")
    known = set(named.values_list("pk", flat=True))
    originals = store.find_many([bytes(newest[pk] or b"") for pk, other in answered.items() if other in known])
    return sum(not _is_in_thread(row) for row in originals.values())


def _is_in_thread(row: StoredFile) -> bool:
    try:
        beginning = store.beginning_of(row, HEADER)
    except store.FileMissing:
        return True
    head = beginning.partition(b"\r\n\r\n")[0].lower()
    return all(name in head for name in FIELDS)
