"""Which emails a person may see, as a queryset."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Box, Email, Lane, Status
from mailroom.records.organisation.models import User, Workgroup
from mailroom.records.organisation.models.people import Role

# What My sent emails lists; a mail of a mass email stands with its mass email. An index answers `lane__lt` by itself.
SENT: Mapping[str, Any] = {"box": Box.SENT, "lane__lt": Lane.BULK}
LISTS: Mapping[str, Mapping[str, Any]] = {  # by the names that programs call them by
    "incoming": {"box": Box.INCOMING},
    "sent": SENT,
    "all": {},
    "pending": {"status": Status.PENDING},
}
SEES_ALL_SHARED = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.READER, Role.API})


def visible_to(user: User) -> QuerySet[Email]:
    """The emails `user` may see (BEHAVIOUR 12): his own, his work groups', and what his role opens.

    Mail of a personal account is its owner's alone, security mail the administrators'. An agent also sees what nobody
    has been given yet.
    """
    return _visible_to(*sight_of(user)).all()


def sight_of(user: User) -> tuple[int, str, int | None]:
    """What decides which emails a person may see, besides what stands in the database: user, role and employee."""
    employee = None if user.role in SEES_ALL_SHARED else getattr(user, "employee", None)
    return (user.pk, user.role, employee.pk if employee is not None else None)


@lru_cache(maxsize=1_000)  # every page asks for it several times; it is never read itself, only narrowed
def _visible_to(user: int, role: str, employee: int | None) -> QuerySet[Email]:
    # The few personal accounts are a set beside the emails: a join would let a database begin with the accounts.
    personal = EmailAccount.objects.filter(personal_owner__isnull=False)
    emails = Email.objects.exclude(account__in=personal.exclude(personal_owner=user))
    if role != Role.ADMINISTRATOR:
        emails = emails.exclude(lane=Lane.SECURITY)  # its bytes hold links that sign in
    if role in SEES_ALL_SHARED:
        return emails
    own = Q(created_by=user) | Q(account__in=personal.filter(personal_owner=user))
    if employee is not None:
        own |= Q(owner=employee) | Q(workgroup__in=Workgroup.objects.filter(members=employee))
    if role == Role.AGENT:
        own |= Q(owner__isnull=True, workgroup__isnull=True)
    return emails.filter(own)
