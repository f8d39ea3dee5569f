"""Full text search over emails: one token stream a mail, indexed by SQLite's FTS5 or PostgreSQL's tsvector.

`index` keeps the index true, `index_new` takes what was just written; `find` narrows a queryset of emails. Everything
that decides what is found (folding, words, fields, parts of addresses) is done here in Python, so both databases answer
the same.
"""

from mailroom.records.emails.search.finding import NEWEST, Found, find
from mailroom.records.emails.search.indexing import index, index_missing, index_new, rebuild

__all__ = ["NEWEST", "Found", "find", "index", "index_missing", "index_new", "rebuild"]
