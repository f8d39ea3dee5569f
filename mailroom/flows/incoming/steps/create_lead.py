"""Step 11: a sender whom nobody here knows becomes a lead (BEHAVIOUR 5.11)."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import making
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.mime import addresses
from mailroom.records.activities import linking, saving
from mailroom.records.crm import lookup
from mailroom.records.crm.models import Lead
from mailroom.records.emails import compose, links

LONGEST_NAME = 150


class CreateLead:
    """Makes a lead of the sender, only if it is no contact, lead, business account or employee."""

    name = "create_lead"

    def run(self, mail: Mail) -> Verdict:
        """What other mails of the batch made a moment ago counts, too; the mail becomes the lead's activity if free."""
        email, sender = mail.email, addresses.folded(mail.email.from_address)
        if not mail.options.create_new_lead:
            return skipped(_("Create new lead is not selected for its account."))
        if email.automatic not in making.BY_A_PERSON or not sender:
            return skipped(_("Automatic mail makes no lead."))
        words = {"address": email.from_address}
        if mail.found.employee is not None:
            return skipped(_("%(address)s is an employee.") % words)
        if lookup.is_known(sender):
            return skipped(_("%(address)s is known already.") % words)
        if compose.own_among([sender]):
            return skipped(_("%(address)s is an address of ours.") % words)
        lead, _new = making.once(sender, Lead, lambda: _lead_of(mail), mail.now)
        if not email.related_entity_type:
            links.link_at_hand(email, linking.related(lead), mail.now)
        return did(_("%(lead)s is a new lead.") % {"lead": lead})


def _lead_of(mail: Mail) -> Lead:
    email = mail.email
    name = (email.from_name or email.from_address)[:LONGEST_NAME]
    lead = Lead(name=name, email=email.from_address[:254], owner=email.owner, description=making.text_of(email))
    made: Lead = saving.save(lead, mail.now, None)
    return made
