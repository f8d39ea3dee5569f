"""What Canned texts is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(id="CR306016", name=_("Canned texts"), workspace=Workspace.MAIL, icon="note", keys="g x", order=80)
