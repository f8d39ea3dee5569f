"""What the assisted set-up is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="SETUP",
    name=_("Set up email"),
    workspace=Workspace.SETTINGS,
    icon="mail",
    order=15,
    roles=ADMINISTRATORS,
)
