"""A little world of mail on loopback: mailboxes, an SMTP and an IMAP server, and customers who answer.

The product speaks to it as to any provider. Nothing ever leaves the machine: mail for anybody who does not live
here is refused.
"""
