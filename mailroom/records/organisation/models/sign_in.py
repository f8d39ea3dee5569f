"""Ways to sign in besides a password, and what a person set for himself."""

from django.db import models

from mailroom.base import audit
from mailroom.records.organisation.models.people import User


@audit.kept(without=("digest", "used_at"))
class SignInLink(models.Model):
    """A link that signs its user in once; only a digest of it is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_in_links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user)


@audit.kept(without=("digest", "last_used_at"))
class ApiToken(models.Model):
    """A bearer token for the API; only a digest of it is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user}: {self.name}" if self.name else str(self.user)


class PersonSetting(models.Model):
    """One thing a person set for himself: columns of a grid, theme, density, keys on or off."""

    user = models.ForeignKey(User, models.CASCADE, related_name="settings")
    name = models.CharField(max_length=120)
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "name"), name="one_setting_a_name")]
