"""What a worker does for schedules."""

from mailroom.base import clock, engine
from mailroom.flows.scheduling import run_due


@engine.task("scheduling.run")
def run(schedule_id: int) -> None:
    """Run one schedule if it is still due."""
    run_due.run(schedule_id, clock.now())


@engine.every(5, "scheduling.tick")
def tick() -> None:
    """Wake every schedule whose time has come."""
    for schedule_id in run_due.due(clock.now()):
        engine.wake("scheduling.run", lock=f"schedule:{schedule_id}", schedule_id=schedule_id)
