"""Automation schedules, and what a browser posts for one."""

from datetime import date, timedelta
from typing import Any

from mailroom.base import clock
from mailroom.flows.scheduling.models import Schedule


def values(**changes: Any) -> dict[str, Any]:
    """What a browser posts for the schedule of the help text."""
    return {
        "description": "Send and receive",
        "window_id": "SM507010",
        "action": "Process all",
        "active": "on",
        "time_zone": "Europe/Oslo",
        "starts_on": "2026-11-01",
        "no_expiration_date": "on",
        "no_execution_limit": "on",
        "deactivate_after_aborted_runs": "10",
        "history_to_keep": "100",
        "schedule_type": "daily",
        "every": "1",
        "start_time": "00:00",
        "stop_time": "",
        "interval": "00:05",
        "next_execution": "",
        "filter-0-active": "on",
        "filter-0-field_name": "Action",
        "filter-0-value": "Send/receive all",
        "filter-1-active": "on",
        "filter-1-field_name": "",
    } | changes


def schedule(**fields: Any) -> Schedule:
    """An active one that runs tomorrow."""
    made = {"description": "Nightly", "window_id": "SM507010", "action": "Process all", "starts_on": date(2026, 11, 1)}
    return Schedule.objects.create(**(made | {"next_execution_at": clock.now() + timedelta(days=1)} | fields))
