"""The app of notification templates: the standard set is there whenever the database is up to date."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NotificationsConfig(AppConfig):
    """Ships the standard templates."""

    name = "mailroom.records.notifications"

    def ready(self) -> None:
        """Add missing shipped templates after every migration."""
        from mailroom.records.notifications import standard  # models are loaded only now

        post_migrate.connect(standard.install, sender=self)
