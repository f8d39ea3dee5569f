"""Step 1: what kind of mail this is (BEHAVIOUR 5.1); later steps ask it what they may do."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming.step import Mail, Verdict, did


class Classify:
    """Reads the kind that parsing found and, for our own mail come back, says so."""

    name = "classify"

    def run(self, mail: Mail) -> Verdict:
        """Mark mail that bears one of our own sender addresses as our own; else keep the parsed kind."""
        email = mail.email
        if email.from_address.casefold() == email.account.email_address.casefold():
            if email.automatic == "none":
                email.automatic = "own"
                email.save(update_fields=["automatic"])
            return did(_("Our own mail came back."))
        if email.automatic == "none":
            return did(_("Written by a person."))
        return did(_("Automatic mail: %(kind)s.") % {"kind": email.automatic})
