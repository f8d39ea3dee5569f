"""The self-service portal: what a customer sees of his own cases. It knows no users, windows or API, nor they it."""
