"""The app of mass mail: once everything is loaded, mass emails can be linked to, and have placeholders."""

from django.apps import AppConfig


class MailingsConfig(AppConfig):
    """Registers what mass emails are to the rest of the house."""

    name = "mailroom.flows.mailings"

    def ready(self) -> None:
        """Make mass emails a type of record that emails can be activities of; their placeholders and jobs known."""
        from mailroom.flows.mailings import adding, entity, prepare, preparing  # models are loaded only now

        entity.register(prepare.keep_still)
        preparing.register()
        adding.register()
