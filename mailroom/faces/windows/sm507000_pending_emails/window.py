"""What Pending emails is."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mailroom.faces.windows.kit.registry import Tally, Window, Workspace
from mailroom.records.emails import queries
from mailroom.records.emails.models import Status

WINDOW = Window(
    id="SM507000",
    name=_("Pending emails"),
    workspace=Workspace.MAIL,
    icon="hourglass",
    keys="g p",
    order=40,
    tally=Tally(
        _("pending"),
        lambda count: ngettext("pending email", "pending emails", count),
        lambda user: queries.visible_to(user).filter(status__in=(Status.PENDING, Status.IN_PROCESS)),
        icon="hourglass",
        query="?criteria=1&type=all",
    ),
)
