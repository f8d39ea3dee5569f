"""What Contacts is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace
from mailroom.faces.windows.mail import creating

WINDOW = creating.offer(
    Window(
        id="CR302000",
        name=_("Contacts"),
        workspace=Workspace.RELATIONS,
        icon="user",
        keys="g n",
        order=20,
    ),
    _("Contact"),
    place=30,
    keys="N",
)
