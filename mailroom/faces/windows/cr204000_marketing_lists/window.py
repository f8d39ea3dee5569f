"""What Marketing lists is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(id="CR204000", name=_("Marketing lists"), workspace=Workspace.RELATIONS, icon="list", order=74)
