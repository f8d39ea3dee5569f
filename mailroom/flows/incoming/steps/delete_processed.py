"""Step 13: which messages move to Deleted once they are processed (BEHAVIOUR 5.13)."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming.models import DeleteAfterProcessing
from mailroom.flows.incoming.step import Mail, Outcome, Verdict, did, skipped

MAIN_STEPS = frozenset({"create_case", "attach", "reply_to_unassigned", "create_lead", "handle_documents"})


class DeleteProcessed:
    """Marks mail for Deleted: any, that whose main processing came to nothing, or that where some of it succeeded."""

    name = "delete_processed"

    def run(self, mail: Mail) -> Verdict:
        """The pipeline moves it when its state is final, also when a step failed: the mail can be restored."""
        options = mail.options
        if not options.delete_messages_after_processing:
            return skipped(_("Delete messages after processing is not selected for its account."))
        which = DeleteAfterProcessing(options.delete_which_messages)
        successful = any(mail.outcomes.get(name) is Outcome.DID for name in MAIN_STEPS)
        came_to = DeleteAfterProcessing.SUCCESSFUL if successful else DeleteAfterProcessing.FAILED
        if which not in {DeleteAfterProcessing.ANY, came_to}:
            return skipped(_("The account deletes “%(which)s” only.") % {"which": which.label})
        mail.found.delete = True
        return did(_("It moves to Deleted: the account deletes “%(which)s”.") % {"which": which.label})
