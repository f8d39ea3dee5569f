"""What the windows of records share: pop-ups filled from emails, Activities, Files, lookups and lists."""
