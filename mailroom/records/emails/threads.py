"""Which conversation a mail belongs to: those that name a common Message-ID, in whatever order they arrive."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from django.db import connection

from mailroom.base import rows
from mailroom.mime import references
from mailroom.records.emails.models import Email, EmailReference, Thread

Key = TypeVar("Key", bound=Hashable)
MOST_NAMED = 500
LOCK = 0x7468_7265_6164  # one transaction at a time ties threads on PostgreSQL; on SQLite one transaction writes at all


def assign(links: Mapping[Key, Sequence[str]]) -> dict[Key, int]:
    """A thread id for each new mail. `links`: by a key of the caller's, its own Message-ID first, then those it names.

    Threads that a new mail ties together become one. Call it late in the transaction that writes the mails: until its
    end no other one ties threads, so that two mails of one conversation that come at once see each other.
    """
    _wait_for_others()
    leaders = references.group(links)
    threads_of_id = _existing(sorted({item for ids in links.values() for item in ids if item}))
    found: dict[Key, set[int]] = defaultdict(set)
    for key, ids in links.items():
        for item in ids:
            found[leaders[key]].update(threads_of_id.get(item, ()))
    new = [leader for leader in dict.fromkeys(leaders.values()) if not found[leader]]
    made = rows.reserve_ids(Thread, len(new))
    rows.insert(Thread, ("id",), ((pk,) for pk in made))
    thread_of = dict(zip(new, made, strict=True))
    apart = _kept_apart({leader: ids for leader, ids in found.items() if len(ids) > 1}, links, leaders)
    merged = _merge([ids for leader, ids in found.items() if len(ids) > 1 and leader not in apart])
    for leader, existing in found.items():
        if existing:
            oldest = min(existing)
            thread_of[leader] = apart.get(leader) or merged.get(oldest, oldest)
    return {key: thread_of[leader] for key, leader in leaders.items()}


def _wait_for_others() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _existing(ids: Sequence[str]) -> dict[str, set[int]]:
    """The threads in which each Message-ID is borne or named; one query for five hundred."""
    threads: dict[str, set[int]] = defaultdict(set)
    for start in range(0, len(ids), 500):
        found = EmailReference.objects.filter(message_id__in=ids[start : start + 500], email__thread__isnull=False)
        for message_id, thread in found.values_list("message_id", "email__thread_id").distinct():
            threads[message_id].add(thread)
    return threads


def _kept_apart(
    ties: Mapping[Key, set[int]],
    links: Mapping[Key, Sequence[str]],
    leaders: Mapping[Key, Key],
) -> dict[Key, int]:
    """For mail that ties conversations which a person parted: the one that it names first. They are not made one."""
    every = {thread for tie in ties.values() for thread in tie}
    if not every:
        return {}
    parted = dict(Thread.objects.filter(pk__in=every, split_from__in=every).values_list("pk", "split_from_id"))
    if not parted:
        return {}
    named = {name for key, names in links.items() if leaders[key] in ties for name in names if name}
    bearing = Email.objects.filter(message_id__in=list(named)[:MOST_NAMED], thread__in=every)
    thread_of_bearer = dict(bearing.values_list("message_id", "thread_id"))
    found: dict[Key, int] = {}
    for key, names in links.items():
        tie = ties.get(leaders[key], set())
        if leaders[key] not in found and any(parted.get(thread) in tie for thread in tie):
            near = (thread_of_bearer[name] for name in names if thread_of_bearer.get(name))
            found[leaders[key]] = next(near, max(tie))
    return found


def _merge(ties: Sequence[set[int]]) -> dict[int, int]:
    """Make one thread of each set of several, sets that share a thread being one: the oldest stays.

    Returns where each thread of the sets went, or stayed.
    """
    leaders = references.group({place: [str(thread) for thread in tie] for place, tie in enumerate(ties)})
    whole: dict[int, set[int]] = defaultdict(set)
    for place, tie in enumerate(ties):
        whole[leaders[place]] |= tie
    went: dict[int, int] = {}
    for threads in whole.values():
        oldest = min(threads)
        Email.objects.filter(thread_id__in=threads - {oldest}).update(thread_id=oldest)
        Thread.objects.filter(pk__in=threads - {oldest}).update(merged_into=oldest)
        went |= dict.fromkeys(threads, oldest)
    return went
