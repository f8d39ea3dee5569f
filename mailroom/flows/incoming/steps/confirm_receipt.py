"""Step 2: tells a sender that his mail has come, once a day and conversation (BEHAVIOUR 5.2)."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import automatic_replies
from mailroom.flows.incoming.step import Mail, Verdict, skipped


class ConfirmReceipt:
    """Answers by the confirmation template, from the account that the mail came to."""

    name = "confirm_receipt"

    def run(self, mail: Mail) -> Verdict:
        """Never to automatic mail, ourselves or employees, and never into a loop."""
        options = mail.options
        if not options.confirm_receipt:
            return skipped(_("Confirm receipt is not selected for the account."))
        template = options.confirmation_template
        return automatic_replies.reply(mail, self.name, template, "CONFIRMATION", mail.email.account)
