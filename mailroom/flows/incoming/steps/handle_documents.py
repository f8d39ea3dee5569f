"""Hands mail with documents to the handler that the installation registered for the account (AutoPay inbox)."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import document_handlers
from mailroom.flows.incoming.document_handlers import Document
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.records.emails import answering, facts, links
from mailroom.records.emails.models import EmailContent

FACT = "handled"


class HandleDocuments:
    """Calls the handler once; its result stands on the mail."""

    name = "handle_documents"

    def run(self, mail: Mail) -> Verdict:
        """A program may have written the mail, as a bank does; one that its domain disowns is not handled."""
        email = mail.email
        handler = document_handlers.of_account(email.account.email_account_id)
        if handler is None:
            return skipped(_("No handler of documents is registered for the account."))
        content = EmailContent.objects.get(email=email)
        if FACT in content.noted:
            return skipped(_("%(handler)s handled it before.") % {"handler": handler.name})
        if email.automatic in {"bounce", "own"} or facts.disowned(content.facts):
            return skipped(_("It is a delivery report, our own, or disowned by its sender's domain."))
        files = [file for file in answering.delivered(email) if not file.inline]
        if not files:
            return skipped(_("It brings no document."))
        documents = [Document(file.name, file.content_type, file.size, file) for file in files]
        result = handler.handle(email, documents)
        outcome = {"handler": handler.name, "words": result.words, "at": mail.now.isoformat()}
        content.facts = content.noted | {FACT: outcome}
        content.save(update_fields=["facts"])
        if result.related.type:
            links.link_at_hand(email, result.related, mail.now)
        return did(f"{handler.name}: {result.words}")
