"""Mailroom speaks IMAP, POP3 and SMTP to real and to hostile servers."""
