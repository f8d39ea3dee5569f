"""The windows: every folder with a `window` module is registered when Django starts."""

from django.apps import AppConfig


class WindowsConfig(AppConfig):
    """Finds the windows."""

    name = "mailroom.faces.windows"
    label = "windows"

    def ready(self) -> None:
        """Register the windows; their views are imported with the URLs."""
        from mailroom.faces import windows
        from mailroom.faces.windows.kit import registry

        registry.WINDOWS.discover(windows)
