"""What a worker does for schedules and for the jobs that people start."""

from mailroom.base import clock, engine
from mailroom.flows.scheduling import jobs, run_due


@engine.task("scheduling.run")
def run(schedule_id: int) -> None:
    """Run one schedule if it is still due."""
    run_due.run(schedule_id, clock.now())


@engine.every(5, "scheduling.tick")
def tick() -> None:
    """Wake every schedule whose time has come."""
    for schedule_id in run_due.due(clock.now()):
        engine.wake("scheduling.run", lock=f"schedule:{schedule_id}", schedule_id=schedule_id)


@engine.task("scheduling.job")
def run_job(job_id: int) -> None:
    """Run one job that a person started."""
    jobs.run(job_id)


@engine.every(5, "scheduling.jobs")
def find_jobs() -> None:
    """Wake jobs that wait, and those whose worker died."""
    for job_id in jobs.waiting(clock.now()):
        engine.wake("scheduling.job", job_id=job_id)
