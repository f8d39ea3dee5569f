"""What is handed to people who install Mailroom without a checkout."""
