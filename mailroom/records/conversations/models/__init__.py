"""What people say to each other around an email: notes, mentions, presence, snoozing, canned texts."""
