"""Step 7: a mail becomes an activity of the contact, lead or business account that has its sender's address."""

from django.db import models
from django.utils.translation import gettext as _

from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.records.activities import latest, linking
from mailroom.records.crm.lookup import Records
from mailroom.records.emails import links


class Attach:
    """Links a mail that belongs to nothing yet by its sender's exact address."""

    name = "attach"

    def run(self, mail: Mail) -> Verdict:
        """Among several records the one with the newest activity; without any, contacts go first, then leads."""
        email = mail.email
        if not mail.options.attach_to_business_account_or_contact_or_lead:
            return skipped(_("Attach to business account or contact or lead is not selected for its account."))
        if email.related_entity_type:
            return skipped(_("It belongs to %(entity)s already.") % {"entity": email.related_entity_description})
        if email.automatic == "own":
            return skipped(_("It is our own mail."))
        records = candidates(mail.found.records)
        if not records:
            return skipped(_("Nobody here has the address %(address)s.") % {"address": email.from_address})
        record = records[0] if len(records) == 1 else latest.of(records)
        related = linking.related(record)
        links.link_at_hand(email, related, mail.now)
        words = {"entity": related.description, "address": email.from_address}
        if len(records) > 1:
            return did(_("Of several with the address %(address)s, %(entity)s was active last.") % words)
        return did(_("%(entity)s has the address %(address)s.") % words)


def candidates(records: Records) -> list[models.Model]:
    """The records with the address: contacts, leads, business accounts."""
    return [*records.contacts, *records.leads, *records.business_accounts]
