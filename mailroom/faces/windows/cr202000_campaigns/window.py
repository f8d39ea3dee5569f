"""What Campaigns is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(id="CR202000", name=_("Campaigns"), workspace=Workspace.RELATIONS, icon="star", order=72)
