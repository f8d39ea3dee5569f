"""What Unsubscribed addresses is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(id="CR204010", name=_("Unsubscribed addresses"), workspace=Workspace.RELATIONS, icon="skip", order=78)
