"""What Cases is."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace
from mailroom.faces.windows.mail import creating
from mailroom.records.crm.models import Case, CaseStatus
from mailroom.records.organisation.models import User


def mine(user: User) -> QuerySet[Case]:
    """The person's cases that are not closed."""
    return Case.objects.filter(owner__user=user).exclude(status=CaseStatus.CLOSED)


WINDOW = creating.offer(
    Window(
        id="CR306000",
        name=_("Cases"),
        workspace=Workspace.RELATIONS,
        icon="case",
        keys="g c",
        order=10,
        count=mine,
        feature="case_management",
    ),
    _("Case"),
    place=40,
    keys="C",
)
