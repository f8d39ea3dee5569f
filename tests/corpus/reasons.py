"""Why we and a source of the corpus may differ: by fact, or by the file where one reason speaks for it alone."""
# ruff: noqa: E501 - one reason a line

BY_FILE = {
    "reply/email_reply_trimmer/embedded_email_16.txt": "That program keeps a quote that opens the mail; ours leaves quotes out.",
    "reply/email_reply_trimmer/embedded_email_7.txt": "That program keeps quotes between answers; ours leaves quotes out.",
    "reply/email_reply_trimmer/quote_and_text.txt": "That program keeps a quote that opens the mail; ours leaves quotes out.",
    "reply/talon/sparrow.eml": "That program keeps the signature below `--`; ours leaves signatures out.",
    "reply/talon/reply-separated-by-hr.html": "A line with a name alone above the rule is kept: it may be the sender's own.",
    "reply/discourse-2020/gmail_html_reply.eml": "The elided part is marked by that program's own class.",
    "charset/php-mime-mail-parser/issue116": "ISO-2022-JP without its escapes: the bytes are shown as they stand.",
    "charset/rt/russian-subject-no-content-type": "Eight-bit KOI8-R without any charset named: no guess is made on short text.",
}
BY_FACT = {
    "count": "Programs count differently what is shown inline, and calendar parts.",
    "digest of text/plain": "A text part without a file name is a body here and not a file.",
    "status": "The report gives several codes: ours is that of its fields, made exact by the server's words.",
    "reason": "The words for causes are that program's own taxonomy; ours is read from status and words alone.",
    "is a bounce": "No standard report and not two signs of one: left as ordinary mail rather than hidden.",
    "is a complaint": "No feedback report part and not a known form.",
    "recipients": "The address stands only in prose that is no list of recipients.",
    "temporary": "The text speaks of a failure for good, or carries a 5xx code.",
    "subject": "The header is damaged; what can be read is shown.",
    "from_display_name": "Display names of damaged headers are read differently.",
    "from_name": "Display names of damaged headers are read differently.",
    "body_contains": "The charset is neither declared nor to be told from the bytes, or the header is damaged.",
    "text_starts": "That library takes another part for the text, or another place for the header's end.",
}


def reason(file: str, fact: str) -> str:
    """The sentence for a disagreement; empty when nobody has given one."""
    return BY_FILE.get(file) or BY_FACT.get(fact, "")
