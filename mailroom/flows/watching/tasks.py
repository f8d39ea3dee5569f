"""What a worker does for watching."""

from datetime import timedelta

from django.conf import settings

from mailroom.base import audit, clock, engine
from mailroom.flows.watching import looking


@engine.every(60, "watching.look")
def look() -> None:
    """Look for troubles."""
    looking.look(clock.now())


@engine.every(20, "watching.beat")
def beat() -> None:
    """Give a sign of life."""
    looking.beat(clock.now())


@engine.every(86400, "watching.audit")
def forget_old_audit_entries() -> None:
    """Remove what the audit trail has kept long enough (MAILROOM_AUDIT_DAYS)."""
    days = settings.ENVIRONMENT.audit_days
    if days:
        audit.forget(clock.now() - timedelta(days=days))
