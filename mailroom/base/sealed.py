"""A model field whose text is encrypted in the database with the key file, and never shown by accident."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField  # Django's fields cannot be subscripted when they run


class SealedTextField(_TextField):
    """Text sealed at rest. Reading the attribute gives the plain secret; forms and answers must leave it out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_: Any) -> str:
        """The plain secret."""
        return str(settings.KEYS.unseal(value or ""))

    def get_prep_value(self, value: Any) -> str:
        """What is stored."""
        return str(settings.KEYS.seal(str(value or "")))
