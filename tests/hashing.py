"""Passwords of the tests' own process are hashed in one round: nobody attacks them, and a million take a while."""

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher


class OneRound(PBKDF2PasswordHasher):
    """The product's way of hashing, without its cost; processes of the product itself keep theirs."""

    iterations = 1


def install() -> None:
    """Hash so from now on."""
    settings.PASSWORD_HASHERS = [f"{OneRound.__module__}.{OneRound.__qualname__}"]
