"""The app of the portal: its templates and its style."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The self-service portal."""

    name = "mailroom.faces.portal"
    label = "portal"
