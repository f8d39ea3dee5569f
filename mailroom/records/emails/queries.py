"""Which emails a person may see, as a queryset."""

from django.db.models import Q, QuerySet

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email, Lane
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

SEES_ALL_SHARED = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.READER, Role.API})


def visible_to(user: User) -> QuerySet[Email]:
    """The emails `user` may see (BEHAVIOUR 12): his own, his work groups', and what his role opens.

    Mail of a personal account is its owner's alone, security mail the administrators'. An agent also sees what nobody
    has been given yet.
    """
    # The few personal accounts are a set beside the emails: a join would let a database begin with the accounts.
    personal = EmailAccount.objects.filter(personal_owner__isnull=False)
    emails = Email.objects.exclude(account__in=personal.exclude(personal_owner=user))
    if user.role != Role.ADMINISTRATOR:
        emails = emails.exclude(lane=Lane.SECURITY)  # its bytes hold links that sign in
    if user.role in SEES_ALL_SHARED:
        return emails
    employee = getattr(user, "employee", None)
    own = Q(created_by=user) | Q(account__in=personal.filter(personal_owner=user))
    if employee is not None:
        own |= Q(owner=employee) | Q(workgroup__in=employee.workgroups.all())
    if user.role == Role.AGENT:
        own |= Q(owner__isnull=True, workgroup__isnull=True)
    return emails.filter(own)
