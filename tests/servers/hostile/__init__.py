"""Scripted servers that answer properly until the moment at which a test wants trouble.

server = HostileSmtp({"accepted": script.drop})        # takes the mail, and is gone before it says so
server = HostileImap([raw], {"UID FETCH": script.once(imap.half_a_literal)})
"""
