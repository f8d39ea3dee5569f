"""Automation schedules (SM205020): what runs by itself, when, and how it went."""

from datetime import time
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest
from ninja import Body, Router, Status
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID
from mailroom.flows.incoming import scheduled
from mailroom.flows.scheduling import operations, recurrence, rule, saving
from mailroom.flows.scheduling.models import Schedule, ScheduleRun
from mailroom.flows.scheduling.saving import EDITABLE, Invalid

router = Router(tags=["schedules"])
READ_ONLY = ("executed", "aborted_in_a_row", "last_execution_at")
OF_A_RUN = "id state due_at started_at finished_at processed warnings errors message lines".split()
MOST = 200
Limit = Annotated[int, Field(ge=1, le=MOST)]


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_schedules(request: HttpRequest) -> list[dict[str, Any]]:
    """All schedules."""
    rights.administrator(request)
    return [_plain(schedule) for schedule in Schedule.objects.all()[:MOST]]


@router.get("/operations", response={200: list[dict[str, Any]], **ERRORS})
def list_operations(request: HttpRequest) -> list[dict[str, Any]]:
    """The actions that schedules can run, with the fields of their filter values and conditions."""
    rights.administrator(request)
    return [
        {
            "window_id": one.window_id,
            "action": one.action,
            "fields": {name: list(one.choices(name)) for name in one.fields},
            "conditions": list(one.conditions),
        }
        for window in operations.windows()
        for one in operations.of_window(window)
    ]


@router.post("", response={201: dict[str, Any], **ERRORS})
def create(request: HttpRequest, values: Body[dict[str, Any]]) -> Status[dict[str, Any]]:
    """A new schedule; what is left out has its default."""
    user = rights.administrator(request)
    today = clock.now().astimezone(user.zone).date().isoformat()
    schedule = Schedule(created_by=user, start_time=time(0))
    return Status(201, _save(schedule, {"starts_on": today, "time_zone": user.zone.key} | values))


@router.get("/{number}", response={200: dict[str, Any], **ERRORS})
def show(request: HttpRequest, number: int) -> dict[str, Any]:
    """One schedule with its next five runs."""
    rights.administrator(request)
    schedule = _find(number)
    runs = recurrence.upcoming(rule.of(schedule), clock.now(), 5)
    return _plain(schedule) | {"next_runs": [moment.isoformat() for moment in runs]}


@router.patch("/{number}", response={200: dict[str, Any], **ERRORS})
def change(request: HttpRequest, number: int, values: Body[dict[str, Any]]) -> dict[str, Any]:
    """Change some of it; the next execution is computed anew unless it is given."""
    rights.administrator(request)
    return _save(_find(number), values)


@router.delete("/{number}", response={204: None, **ERRORS})
def delete(request: HttpRequest, number: int) -> Status[None]:
    """Remove the schedule and its history."""
    rights.administrator(request)
    _find(number).delete()
    return Status(204, None)


@router.post("/{number}/run", response={202: dict[str, Any], **ERRORS})
def run(request: HttpRequest, number: int) -> Status[dict[str, Any]]:
    """Run now: a job; its result stands in the runs."""
    user = rights.administrator(request)
    job = scheduled.run_now([_find(number)], user, clock.now())
    return Status(202, {"job": job.pk})


@router.get("/{number}/runs", response={200: list[dict[str, Any]], **ERRORS})
def list_runs(
    request: HttpRequest, number: int, limit: Annotated[int, Field(ge=1, le=MOST)] = 50
) -> list[dict[str, Any]]:
    """The newest runs first, with their counts and lines."""
    rights.administrator(request)
    rows = ScheduleRun.objects.filter(schedule=_find(number))[:limit]
    names = (
        "id",
        "state",
        "due_at",
        "started_at",
        "finished_at",
        "processed",
        "warnings",
        "errors",
        "message",
        "lines",
    )
    return [{name: _text(getattr(row, name)) for name in names} for row in rows]


def _find(number: int) -> Schedule:
    schedule = Schedule.objects.filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if schedule is None:
        raise Http404
    return schedule


def _save(schedule: Schedule, values: dict[str, Any]) -> dict[str, Any]:
    errors: dict[str, str] = {}
    for name, value in values.items():
        if name not in EDITABLE:
            errors[name] = "There is no field of this name that can be set."
            continue
        field: Any = Schedule._meta.get_field(name)
        try:
            setattr(schedule, name, field.clean(value, schedule))
        except ValidationError as error:
            errors[name] = " ".join(error.messages)
        except (TypeError, ValueError, OverflowError) as error:
            errors[name] = str(error)
    errors |= _shapes(schedule)
    if errors:
        raise Invalid(errors)
    given = schedule.next_execution_at if values.get("next_execution_at") else None
    return _plain(saving.save(schedule, clock.now(), given))


def _shapes(schedule: Schedule) -> dict[str, str]:
    """Lists must be lists of the right things before the rules look at them."""
    errors = {}
    for name in ("weekdays", "ordinal_days"):
        value = getattr(schedule, name)
        if not isinstance(value, list) or not all(type(one) is int for one in value):
            errors[name] = "A list of days, 0 for Monday to 6."
    for name in ("filter_values", "conditions"):
        value = getattr(schedule, name)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            errors[name] = "A list of lines, each an object."
    return errors


def _plain(schedule: Schedule) -> dict[str, Any]:
    found = model_to_dict(schedule, fields=EDITABLE)
    for name in (*EDITABLE, *READ_ONLY):
        if not isinstance(Schedule._meta.get_field(name), ForeignKey):
            found[name] = _text(getattr(schedule, name))
    return {"id": schedule.pk} | found


def _text(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
