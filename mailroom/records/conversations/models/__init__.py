"""What people say to each other around an email: notes, mentions, presence, snoozing, canned texts."""

from mailroom.records.conversations.models.canned import CannedText

__all__ = ["CannedText"]
