"""The Overview as a window; it stands at the root."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(id="OVERVIEW", name=_("Overview"), workspace=Workspace.OVERVIEW, icon="gauge", keys="g o", order=1)
