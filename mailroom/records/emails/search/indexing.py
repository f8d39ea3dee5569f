"""Keeps the index true: `index` after a batch of mails was written, `rebuild` when it shall be made anew."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.db import transaction

from mailroom.records.emails.models import AddressGram, AddressWord, Attachment, Email, Recipient, SearchDocument
from mailroom.records.emails.search import store, stream, vocabulary
from mailroom.records.emails.search.store import Document
from mailroom.records.emails.search.stream import Searched

BATCH = 200
KEY_BITS = 30


def place_of(date: datetime, key: int) -> int:
    """Where a mail stands in the order of all: by its date to the second, then by its key."""
    return (max(0, int(date.timestamp())) << KEY_BITS) | (key & ((1 << KEY_BITS) - 1))


def key_of(place: int) -> int:
    """The key of the mail at a place."""
    return place & ((1 << KEY_BITS) - 1)


def date_of(place: int) -> datetime:
    """The second of a place."""
    return datetime.fromtimestamp(place >> KEY_BITS, UTC)


def index(ids: Iterable[int]) -> int:
    """Index these emails as they are now, over what the index held of them. Returns how many there were.

    Call it inside the transaction that wrote them: then the index never lacks a mail that a list shows.
    """
    wanted = list(ids)
    return sum(_index_batch(wanted[start : start + BATCH]) for start in range(0, len(wanted), BATCH))


def index_missing(told: Callable[[int], None] = lambda done: None, most: int | None = None) -> int:
    """Index every email that has no place in the index, or about `most` of them; `told` hears the count."""
    done = 0
    while (most is None or done < most) and (
        ids := list(
            Email.objects.filter(search_document=None).order_by("-pk").values_list("pk", flat=True)[: BATCH * 5]
        )
    ):
        done += index(ids)
        told(done)
    return done


def rebuild(told: Callable[[int], None] = lambda done: None) -> int:
    """Empty the index and make it anew, newest mail first; search finds what is indexed so far."""
    SearchDocument.objects.all().delete()
    AddressGram.objects.all().delete()
    AddressWord.objects.all().delete()
    return index_missing(told)


def index_new(mails: Mapping[int, tuple[datetime, Searched]]) -> None:
    """Index mails just written, given by key with their dates: nothing is read that the caller holds already.

    Call it inside the transaction that wrote them.
    """
    keys = list(mails)
    for start in range(0, len(keys), BATCH):
        store.current().add(_documents({key: mails[key] for key in keys[start : start + BATCH]}))


def _index_batch(ids: Sequence[int]) -> int:
    mails = _read(ids)
    if mails:
        with transaction.atomic():
            store.current().put(_documents(mails))
    return len(mails)


def _documents(mails: Mapping[int, tuple[datetime, Searched]]) -> list[Document]:
    """The mails as the index takes them; the words of their addresses are noted on the way."""
    vocabulary.learn({word for _date, mail in mails.values() for word in stream.address_words(mail)})
    return [Document(key, place_of(date, key), stream.tokens(mail)) for key, (date, mail) in mails.items()]


def _read(ids: Sequence[int]) -> dict[int, tuple[datetime, Searched]]:
    """What can be found of these mails, in three queries."""
    addresses: dict[tuple[int, str], list[str]] = defaultdict(list)
    rows = Recipient.objects.filter(email__in=ids).order_by("email_id", "position", "pk")
    for key, kind, name, address in rows.values_list("email_id", "kind", "name", "address"):
        addresses[key, kind].append(f"{name} {address}")
    files: dict[int, list[str]] = defaultdict(list)
    for key, name in (
        Attachment.objects.filter(email__in=ids).order_by("email_id", "position", "pk").values_list("email_id", "name")
    ):
        files[key].append(name)
    columns = ("pk", "date", "subject", "from_name", "from_address", "content__text")
    found = Email.objects.filter(pk__in=ids).order_by("pk").values_list(*columns)
    return {
        key: (
            date,
            Searched(
                subject,
                f"{name} {address}",
                addresses[key, "to"],
                addresses[key, "cc"],
                addresses[key, "bcc"],
                text or "",
                files[key],
            ),
        )
        for key, date, subject, name, address, text in found
    }
