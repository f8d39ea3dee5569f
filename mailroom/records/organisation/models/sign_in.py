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


class Recovery(models.Model):
    """That somebody said at the sign-in that he forgot his username or password; a worker looks whether he is known."""

    class What(models.TextChoices):
        """What was forgotten."""

        LOGIN = "login"
        PASSWORD = "password"  # noqa: S105 the name of a choice

    name = models.CharField(max_length=254)
    what = models.CharField(max_length=8, choices=What.choices)
    asked_at = models.DateTimeField()
    asked_from = models.GenericIPAddressField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=("name", "asked_at"), name="recovery_name"),
            models.Index(fields=("asked_from", "asked_at"), name="recovery_from"),
            models.Index(fields=("id",), condition=models.Q(answered_at=None), name="recovery_unanswered"),
        ]

    def __str__(self) -> str:
        return self.name
