"""What people say to each other around an email: notes, mentions, presence, snoozing, canned texts."""

from mailroom.records.conversations.models.canned import CannedText
from mailroom.records.conversations.models.changes import ThreadChange
from mailroom.records.conversations.models.notes import Mention, Note
from mailroom.records.conversations.models.presence import Doing, Presence
from mailroom.records.conversations.models.snooze import Snooze

__all__ = ["CannedText", "Doing", "Mention", "Note", "Presence", "Snooze", "ThreadChange"]
