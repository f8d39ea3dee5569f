"""What Incoming is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace
from mailroom.records.emails import queries
from mailroom.records.emails.models import Box

WINDOW = Window(
    id="CO409000",
    name=_("Incoming"),
    workspace=Workspace.MAIL,
    icon="inbox",
    keys="g i",
    order=10,
    count=lambda user: queries.visible_to(user).filter(box=Box.INCOMING, read=False),
    count_tone="new",
)
