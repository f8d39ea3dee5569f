"""What Event is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace
from mailroom.faces.windows.mail import creating

WINDOW = creating.offer(
    Window(
        id="CR306030",
        name=_("Event"),
        workspace=Workspace.RELATIONS,
        icon="calendar",
        keys="g e",
        order=50,
    ),
    _("Event"),
    place=10,
    keys="V",
)
