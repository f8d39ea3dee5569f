"""Which conversation a mail belongs to: those that name a common Message-ID, in whatever order they arrive."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from mailroom.mime import references
from mailroom.records.emails.models import Email, EmailReference, Thread


def assign(links: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """A thread id for each new mail. `links`: by a key of the caller's, its own Message-ID first, then those it names.

    Threads that a new mail ties together become one. Call it inside the transaction that writes the mails.
    """
    leaders = references.group(links)
    threads_of_id = _existing(sorted({item for ids in links.values() for item in ids if item}))
    found: dict[str, set[int]] = defaultdict(set)
    for key, ids in links.items():
        for item in ids:
            found[leaders[key]].update(threads_of_id.get(item, ()))
    new = [leader for leader in dict.fromkeys(leaders.values()) if not found[leader]]
    made = Thread.objects.bulk_create([Thread() for _ in new])
    thread_of = {leader: thread.pk for leader, thread in zip(new, made, strict=True)}
    for leader, existing in found.items():
        if existing:
            thread_of[leader] = _merge(existing)
    return {key: thread_of[leader] for key, leader in leaders.items()}


def _existing(ids: Sequence[str]) -> dict[str, set[int]]:
    threads: dict[str, set[int]] = defaultdict(set)
    for start in range(0, len(ids), 500):
        rows = EmailReference.objects.filter(message_id__in=ids[start : start + 500], email__thread__isnull=False)
        for message_id, thread in rows.values_list("message_id", "email__thread_id"):
            threads[message_id].add(thread)
    return threads


def _merge(ids: set[int]) -> int:
    """Make one thread of several: the oldest stays."""
    oldest = min(ids)
    others = ids - {oldest}
    if others:
        Email.objects.filter(thread_id__in=others).update(thread_id=oldest)
        Thread.objects.filter(pk__in=others).update(merged_into=oldest)
    return oldest
