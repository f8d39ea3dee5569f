"""What Expense receipt is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace
from mailroom.faces.windows.mail import creating

WINDOW = creating.offer(
    Window(
        id="EP301020",
        name=_("Expense receipt"),
        workspace=Workspace.RELATIONS,
        icon="receipt",
        keys="g r",
        order=60,
    ),
    _("Expense receipt"),
    place=50,
    keys="R",
)
