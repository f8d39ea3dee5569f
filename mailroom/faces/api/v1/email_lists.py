"""Lists of emails, newest first, by key: narrowed by window, account, search and filter."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Schema
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import LARGEST_ID
from mailroom.records.emails import present, properties, queries, search
from mailroom.records.emails.models import Email
from mailroom.records.emails.search import indexing
from mailroom.records.filters import lines, meaning, saved
from mailroom.records.filters.meaning import When

SAVED_IN = {"incoming": "CO409000", "sent": "CO409080", "all": "CO409070", "pending": "SM507000"}
MOST_LOOKS = 4  # at the index for one page


class Narrowing(Schema):
    """What narrows a list: `query` as in the Search field, `filter` as JSON lines, `saved` by a filter's name."""

    window: Literal["incoming", "sent", "all", "pending"] = "all"
    account: str = Field("", max_length=64)
    query: str = Field("", max_length=1000)
    filter: str = Field("", max_length=lines.LONGEST_ADDRESS)
    saved: str = Field("", max_length=saved.LONGEST_NAME)


class EmailFilters(Narrowing):
    """A page of a narrowed list."""

    cursor: str = Field("", max_length=80)
    limit: int = Field(50, ge=1, le=500)


def list_emails(request: HttpRequest, filters: Query[EmailFilters]) -> dict[str, Any]:
    """Emails, newest first, without bodies. A search may answer fewer than `limit` and still have a cursor."""
    found = _narrowed(request, filters, rows(request))
    at = _read_cursor(filters.cursor) if filters.cursor else None
    page, last = _searched(found, filters, at) if filters.query.strip() else _listed(found, filters, at)
    return {
        "items": [present.as_json(email, with_bodies=False) for email in page],
        "cursor": f"{last[0].astimezone(UTC).isoformat()}_{last[1]}" if last else None,
    }


def rows(request: HttpRequest) -> QuerySet[Email]:
    """The emails that who asks may see, with what an answer tells of them."""
    return visible(request).select_related(*present.RELATED, "content").prefetch_related(*present.PREFETCHED)


def visible(request: HttpRequest) -> QuerySet[Email]:
    """The emails that who asks may see, bare."""
    return queries.visible_to(rights.user_of(request))


def everything(request: HttpRequest, narrowing: Narrowing, most: int) -> list[int]:
    """The ids of all that a list so narrowed would show; one more than `most` where there are more."""
    found = _narrowed(request, narrowing, visible(request))
    if not narrowing.query.strip():
        return list(found.order_by("-date", "-pk").values_list("pk", flat=True)[: most + 1])
    ids: list[int] = []
    below: int | None = None
    while len(ids) <= most:
        step = search.find(found, narrowing.query, clock.now(), timezone.get_current_timezone(), below)
        ids += step.rows.values_list("pk", flat=True)
        if step.older is None:
            break
        below = step.older
    return list(dict.fromkeys(ids))[: most + 1]


Place = tuple[datetime, int]


def _narrowed(request: HttpRequest, filters: Narrowing, found: QuerySet[Email]) -> QuerySet[Email]:
    found = found.filter(**queries.LISTS[filters.window])
    if filters.account:
        found = found.filter(account__email_account_id__iexact=filters.account)
    meant = list(lines.read(filters.filter))
    if filters.saved:
        kept = saved.visible_to(rights.user_of(request), SAVED_IN[filters.window]).filter(name=filters.saved).first()
        if kept is None:
            raise Http404
        found = found.filter(meaning.condition(lines.of(kept.lines), properties.EMAIL, _when()))
    return found.filter(meaning.condition(meant, properties.EMAIL, _when())) if meant else found


def _when() -> When:
    return When(clock.now(), timezone.get_current_timezone())


def _listed(found: QuerySet[Email], filters: EmailFilters, at: Place | None) -> tuple[list[Email], Place | None]:
    page = list(_below(found, at).order_by("-date", "-pk")[: filters.limit + 1])
    more = len(page) > filters.limit
    page = page[: filters.limit]
    return page, (page[-1].date, page[-1].pk) if more else None


def _searched(found: QuerySet[Email], filters: EmailFilters, at: Place | None) -> tuple[list[Email], Place | None]:
    """Looks at the index until the page is full, a bounded number of times; the cursor then says where to go on."""
    page: list[Email] = []
    # The index orders by whole seconds: begin above the second, and let the rows themselves say what is below.
    below = indexing.place_of(at[0] + timedelta(seconds=1), 0) if at else None
    for _look in range(MOST_LOOKS):
        step = search.find(found, filters.query, clock.now(), timezone.get_current_timezone(), below)
        page += _below(step.rows, at).order_by("-date", "-pk")[: filters.limit + 1 - len(page)]
        if len(page) > filters.limit:
            page = page[: filters.limit]
            return page, (page[-1].date, page[-1].pk)
        if step.older is None:
            return page, None
        below = step.older
    return page, (indexing.date_of(below), indexing.key_of(below)) if below else None


def _below(found: QuerySet[Email], at: Place | None) -> QuerySet[Email]:
    return found.filter(Q(date__lt=at[0]) | Q(date=at[0], pk__lt=at[1])) if at else found


def _read_cursor(text: str) -> Place:
    moment, _mark, pk = text.rpartition("_")
    try:
        date = datetime.fromisoformat(moment.replace(" ", "+"))
        number = int(pk)
    except (ValueError, OverflowError):
        date, number = datetime.min, 0  # noqa: DTZ901 a value that is refused below
    if date.tzinfo is None or not 0 < number <= LARGEST_ID or not 1 < date.year < 9999:
        raise HttpError(422, "The cursor is not one that a list gave.")
    return date.astimezone(UTC), number
