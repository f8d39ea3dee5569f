"""What the company leaves to the clock: mail before the working day, and every Monday what waited over the weekend."""

from datetime import datetime, time, timedelta

from mailroom.demo.company.house import House
from mailroom.flows.incoming import scheduled
from mailroom.flows.scheduling import recurrence, rule, saving
from mailroom.flows.scheduling.models import Schedule, ScheduleRun

ZONE = "Europe/Oslo"
SINCE = timedelta(days=40)
WORKING_DAYS = [0, 1, 2, 3, 4]
PROCESS_ALL = "Process all"
MOST_DUE = 60
TOLD = 12  # runs of a schedule that its history remembers
TOOK = timedelta(seconds=4)
FOUND = (7, 3, 0, 5, 11, 2)  # emails of a run, over and over
AWAY = (3, "AUTOPAY", "The server 127.0.0.1 did not answer within 30 seconds.")  # the run that found a server down


def tell(house: House, now: datetime) -> None:
    """Make two schedules, with the runs that they had until now."""
    scheduled.register()
    mornings = Schedule(
        description="Send and receive before the working day",
        window_id=scheduled.SEND_AND_RECEIVE,
        weekdays=WORKING_DAYS,
        start_time=time(6, 30),
        filter_values=[_value("Action", "Send/receive all")],
    )
    mondays = Schedule(
        description="What waited over the weekend",
        window_id=scheduled.PENDING_EMAILS,
        weekdays=WORKING_DAYS[:1],
        start_time=time(7, 0),
        filter_values=[_value("Type", "Outgoing")],
    )
    for schedule in (mornings, mondays):
        schedule.action, schedule.schedule_type, schedule.time_zone = PROCESS_ALL, Schedule.Type.WEEKLY, ZONE
        schedule.starts_on, schedule.created_by = (now - SINCE).date(), house.employees["maja"].user
        saving.save(schedule, now)
        _remember(schedule, now)


def _value(name: str, value: str) -> dict[str, str | bool]:
    return {"active": True, "field_name": name, "relative": False, "value": value, "ignore_error": False}


def _remember(schedule: Schedule, now: datetime) -> None:
    """The runs that were due since the schedule began, as many as are shown at once."""
    due = [moment for moment in recurrence.upcoming(rule.of(schedule), now - SINCE, MOST_DUE) if moment < now][-TOLD:]
    runs = []
    for place, moment in enumerate(due):
        run = ScheduleRun(
            schedule=schedule,
            state=ScheduleRun.State.SUCCEEDED,
            due_at=moment,
            started_at=moment,
            finished_at=moment + TOOK,
            processed=FOUND[place % len(FOUND)],
        )
        if place == AWAY[0]:
            run.state, run.errors = ScheduleRun.State.WITH_ERRORS, 1
            run.lines = [{"kind": "error", "subject": AWAY[1], "text": AWAY[2]}]
        runs.append(run)
    ScheduleRun.objects.bulk_create(runs)
    Schedule.objects.filter(pk=schedule.pk).update(executed=len(runs), last_execution_at=due[-1] if due else None)
