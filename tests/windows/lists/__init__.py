"""The lists of emails: filters, search, bulk actions, export, live."""
