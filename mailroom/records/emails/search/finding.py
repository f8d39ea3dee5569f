"""Narrows a list of emails to what Search finds: the newest hits first, in steps of bounded cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql.where import WhereNode
from django.utils.translation import gettext as _

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, Status
from mailroom.records.emails.search import clauses, query, store, vocabulary, words
from mailroom.records.emails.search.indexing import key_of
from mailroom.records.emails.search.query import Condition, Query
from mailroom.records.emails.search.vocabulary import Known
from mailroom.records.organisation.models import Employee


@dataclass(frozen=True, slots=True)
class Step:
    """How many hits are taken at most, and how many mails an index that is read mail by mail looks at for them."""

    hits: int
    looked_at: int


# The second step is made only where the first one, or rights and the window among its hits, leave too few.
STEPS = (Step(200, 2_500), Step(1_000, 1_000))
FURTHER = (Step(1_000, 100_000), Step(4_000, 200_000))  # where older mail is asked for, and waited for
NEWEST = 2**63 - 1  # `below` for these longer steps from the newest mail on
ENOUGH = 50


@dataclass(frozen=True, slots=True)
class Found:
    """The rows found. `older` is the place to look on from with `below`, where there may be older ones.

    `few` says that they fill no page; `guessed` are the address words that stood in for one that nothing bears;
    `query` is what was asked.
    """

    rows: QuerySet[Email]
    query: Query
    older: int | None = None
    guessed: tuple[str, ...] = ()
    few: bool = False


def find(rows: QuerySet[Email], text: str, now: datetime, zone: tzinfo, below: int | None = None) -> Found:
    """The emails among `rows` that the typed text finds; any text is good. Bounded in time, whatever it is."""
    asked = query.read(text, now, zone)
    for condition in asked.conditions:
        found = _condition(condition)
        rows = rows.exclude(found) if condition.negative else rows.filter(found)
    if not asked.terms:
        return Found(rows if asked.conditions else rows.none() if text.strip() else rows, asked)
    wanted = clauses.of(asked.terms, vocabulary.holding)
    ids, older = _step(rows, wanted, below)
    if ids or older is not None or below is not None:
        return Found(_only(rows, ids), asked, older, few=len(ids) < ENOUGH)
    return _guess(rows, asked)


def among(ids: Sequence[int]) -> Q:
    """Emails with these keys."""
    sql, parameters = store.current().only(ids)
    return Q(pk__in=RawSQL(sql, parameters))  # noqa: S611 keys are numbers of ours


def _only(rows: QuerySet[Email], ids: Sequence[int]) -> QuerySet[Email]:
    """The rows with these keys, which are known to meet every other condition of `rows`.

    Said once more, those conditions would lead a planner to begin with one of them and to look for the keys there.
    """
    alone = rows.all()
    alone.query.where = WhereNode()
    return alone.filter(among(ids))


def _step(rows: QuerySet[Email], wanted: Sequence[clauses.Clause], below: int | None) -> tuple[list[int], int | None]:
    """The keys of hits among the rows, and where to look on."""
    kept: list[int] = []
    for step in STEPS if below is None else FURTHER:
        places, below = store.current().hits(wanted, below, step.hits, step.looked_at)
        keys = [key_of(place) for place in places]
        kept += rows.filter(among(keys)).order_by().values_list("pk", flat=True) if keys else []
        if below is None or len(kept) >= ENOUGH:
            break
    return kept, below


def _guess(rows: QuerySet[Email], asked: Query) -> Found:
    """Nothing bears these words: look for addresses that differ by a typing error."""
    guessed: list[str] = []

    def expand(part: str) -> Known:
        known = vocabulary.holding(part)
        near = [] if known.inside else vocabulary.near(part)
        guessed.extend(near)
        return Known(known.beginning, [*known.inside, *near])

    wanted = clauses.of(asked.terms, expand)
    if not guessed:
        return Found(rows.none(), asked)
    ids, older = _step(rows, wanted, None)
    return Found(_only(rows, ids), asked, older, tuple(dict.fromkeys(guessed)) if ids else (), len(ids) < ENOUGH)


def _condition(condition: Condition) -> Q:
    if condition.kind == "before":
        return Q(date__lt=condition.moment)
    if condition.kind == "after":
        return Q(date__gte=condition.moment)
    if condition.kind == "has":
        return Q(attachment_count__gt=0)
    return {"status": _status, "account": _accounts, "owner": _owners}[condition.kind](condition.value)


def _status(value: str) -> Q:
    named: dict[str, Any] = {words.fold(str(label)): Q(status=key) for key, label in Status.choices}
    named |= {key.replace("_", " "): Q(status=key) for key in Status.values}
    named |= {key: Q(status=key) for key in Status.values}
    named |= {
        "archived": Q(archived=True),
        words.fold(_("Archived")): Q(archived=True),
        "unread": Q(read=False),
        words.fold(_("Unread")): Q(read=False),
    }
    chosen = [found for name, found in named.items() if name == value] or [
        found for name, found in named.items() if name.startswith(value)
    ]
    narrowed = Q(pk__in=[])
    for found in chosen:
        narrowed |= found
    return narrowed


def _accounts(value: str) -> Q:
    rows = EmailAccount.objects.values_list("pk", "email_account_id", "email_address")
    return Q(account__in=[key for key, *texts in rows if value in words.fold(" ".join(texts))])


def _owners(value: str) -> Q:
    if value in {"none", "nobody", "ingen"}:
        return Q(owner=None)
    rows = Employee.objects.values_list("pk", "name", "employee_id", "email")
    return Q(owner__in=[key for key, *texts in rows if value in words.fold(" ".join(texts))])
