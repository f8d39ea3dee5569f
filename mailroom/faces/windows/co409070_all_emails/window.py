"""What All emails is."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mailroom.faces.windows.kit.registry import Tally, Window, Workspace
from mailroom.records.emails import queries
from mailroom.records.emails.models import Status

WINDOW = Window(
    id="CO409070",
    name=_("All emails"),
    workspace=Workspace.MAIL,
    icon="mails",
    keys="g a",
    order=30,
    tally=Tally(
        _("failed"),
        lambda count: ngettext("failed email", "failed emails", count),
        lambda user: queries.visible_to(user).filter(status=Status.FAILED),
        icon="fail",
        query="?tab=failed",
        tone="bad",
    ),
)
