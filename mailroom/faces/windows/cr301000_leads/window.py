"""What Leads is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace
from mailroom.faces.windows.mail import creating

WINDOW = creating.offer(
    Window(
        id="CR301000",
        name=_("Leads"),
        workspace=Workspace.RELATIONS,
        icon="user-plus",
        keys="g l",
        order=30,
    ),
    _("Lead"),
    place=60,
    keys="A",
)
