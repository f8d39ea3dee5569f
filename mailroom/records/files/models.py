"""Stored content by hash: original mail and attachments, each content once."""

from django.db import models


class StoredFile(models.Model):
    """One content, found by its SHA-256, lying in a pack file at an offset."""

    sha256 = models.BinaryField(max_length=32, unique=True)
    size = models.PositiveBigIntegerField()
    pack = models.CharField(max_length=64)
    offset = models.PositiveBigIntegerField()
