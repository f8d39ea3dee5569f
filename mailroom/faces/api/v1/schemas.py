"""The shapes of requests and answers that more than one resource uses."""

from datetime import UTC, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field

LARGEST_ID = 2**63 - 1


class Problem(Schema):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: Any = None


class Page(Schema):
    """A page of a list; `cursor` asks for the next one and is null on the last."""

    items: list[dict[str, Any]]
    cursor: str | None


class RelatedIn(Schema):
    """A record by its type and its number or id."""

    type: str = Field(max_length=32)
    id: int | str = Field(union_mode="left_to_right")


class Steps(Schema):
    """The result of Test."""

    email_account_id: str
    passed: bool
    steps: list[dict[str, Any]]


class Outcome(Schema):
    """A result of work on one account, by the names of the command line."""

    account: str
    seconds: float = Field(description="Wall time.")
    error: str
    counts: dict[str, int]


ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 410: Problem, 422: Problem}


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC: PostgreSQL knows no zone sixteen hours off; ValueError beyond the years 1 and 9999."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("This is before the year 1 or after 9999.") from error


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]


def operation(work: str, tag: str) -> str:
    """The name of an operation that several resources share a function for, such as `list_cases`."""
    return f"{work}_{tag}".replace(" ", "_").replace("-", "_")
