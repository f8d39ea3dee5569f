"""What Mass emails is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(id="CR308000", name=_("Mass emails"), workspace=Workspace.RELATIONS, icon="send", order=76)
