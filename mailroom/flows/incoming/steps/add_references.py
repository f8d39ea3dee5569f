"""Step 12: adds brief information about references below the body, apart from it (BEHAVIOUR 5.12)."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import reference_block
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped


class AddReferences:
    """Keeps entity, account, contact, owner and the last mails as they are now beside the body."""

    name = "add_references"

    def run(self, mail: Mail) -> Verdict:
        """The original text stays as it is, and no reply quotes the block."""
        if not mail.options.add_brief_information_about_references:
            return skipped(_("Add brief information about references is not selected for the account."))
        about = reference_block.make(mail)
        if not about.words and not about.mails:
            return skipped(_("Nothing is known about it."))
        reference_block.keep(mail.email, about)
        return did(_("Added below the body: %(what)s.") % {"what": ", ".join(reference_block.names(about))})
