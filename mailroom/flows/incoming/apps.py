"""The app of incoming processing: once everything is loaded it offers its actions to schedules."""

from django.apps import AppConfig


class IncomingConfig(AppConfig):
    """Registers the email actions that schedules can run."""

    name = "mailroom.flows.incoming"

    def ready(self) -> None:
        """Offer Process all of SM507010 and SM507000 to schedules; take up the installation's handlers of documents."""
        from mailroom.flows.incoming import (
            account_test,
            bulk,
            document_handlers,
            jobs,
            reconciling,
            replaying,
            scheduled,
        )  # models are loaded only now

        scheduled.register()
        account_test.register()
        bulk.register()
        jobs.register()
        replaying.register()
        reconciling.register()
        document_handlers.load()
