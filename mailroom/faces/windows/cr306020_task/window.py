"""What Task is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace
from mailroom.faces.windows.mail import creating

WINDOW = creating.offer(
    Window(
        id="CR306020",
        name=_("Task"),
        workspace=Workspace.RELATIONS,
        icon="task",
        keys="g t",
        order=40,
    ),
    _("Task"),
    place=20,
    keys="T",
)
