"""Records that an email is an activity of beside its related entity."""

from django.db import models

from mailroom.records.emails.models.email import Email


class FurtherEntity(models.Model):
    """One more record that a mail belongs to, as a mass mail and its answers belong to a campaign too."""

    email = models.ForeignKey(Email, models.CASCADE, related_name="further_entities")
    entity_type = models.CharField(max_length=32)
    entity_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("email", "entity_type", "entity_id"), name="further_entity_once_an_email")
        ]
        indexes = [models.Index(fields=("entity_type", "entity_id", "email"), name="further_entity")]
