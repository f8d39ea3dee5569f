"""The self-check of threads: answers whose sent bytes do not say what they answer."""

from datetime import datetime, timedelta

from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.files import store
from mailroom.records.files.models import StoredFile

PERIOD = timedelta(days=1)
MOST = 200  # bounds what one look reads
FIELDS = (b"\nin-reply-to:", b"\nreferences:")


def outside_their_thread(now: datetime) -> int:
    """How many of the day's newest answers left without In-Reply-To or References (RFC 5322, 3.6.4).

    The bytes are read, not what we meant to write into them. Bytes that are gone are counted elsewhere.
    """
    answers = Email.objects.filter(
        direction=Direction.OUTGOING, date__gt=now - PERIOD, status=Status.PROCESSED, content__facts__answers__gt=0
    )
    answers = answers.exclude(content__facts__answers=None)  # JSON null: on SQLite it is greater than 0
    newest = answers.exclude(raw_sha256=None).order_by("-date", "-id").values_list("raw_sha256", flat=True)[:MOST]
    originals = store.find_many([bytes(digest) for digest in newest if digest])
    return sum(not _is_in_thread(row) for row in originals.values())


def _is_in_thread(row: StoredFile) -> bool:
    try:
        first = next(store.pieces_of(row), b"")
    except store.FileMissing:
        return True
    head = first.partition(b"\r\n\r\n")[0].lower()
    return all(name in head for name in FIELDS)
