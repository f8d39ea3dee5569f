"""Step 6: a mail that belongs to nothing yet opens a case (BEHAVIOUR 5.6)."""

from datetime import datetime

from django.utils.translation import gettext as _

from mailroom.flows.incoming import case_assigning, making
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.records.activities import linking, saving
from mailroom.records.crm.models import Case
from mailroom.records.emails import links, tags
from mailroom.records.emails.models import Email
from mailroom.records.organisation import features, people
from mailroom.records.preferences import current

LONGEST_SUBJECT = 255


class CreateCase:
    """Makes a case of the mail: class from the account, contact by address, owner by the case assignment map."""

    name = "create_case"

    def run(self, mail: Mail) -> Verdict:
        """The same mail in another account joins the case that the first one made."""
        email = mail.email
        if not mail.options.create_new_case:
            return skipped(_("Create new case is not selected for its account."))
        if email.related_entity_type:
            return skipped(_("It belongs to %(entity)s already.") % {"entity": email.related_entity_description})
        if email.automatic not in making.BY_A_PERSON:
            return skipped(_("Automatic mail opens no case."))
        if not features.is_on("case_management"):
            return skipped(_("Case management is switched off."))
        case, new = making.once(making.mail_identity(email), Case, lambda: case_of(mail), mail.now)
        join(email, case, mail.now)
        if not new:
            return did(_("The same email opened %(case)s before; it joins it.") % {"case": case})
        return did(" ".join(filter(None, (_("Opened case %(case)s.") % {"case": case}, case_assigning.words(case)))))


def case_of(mail: Mail, old: Case | None = None) -> Case:
    """A new case made of a mail; one that follows an `old` case takes its class and people over."""
    email, known = mail.email, mail.found.records.known()
    preferences = current.read()
    subject = tags.without_tags(email.subject, preferences.email_tag_prefix, preferences.email_tag_suffix)
    case = Case(subject=subject[:LONGEST_SUBJECT] or _("(No subject)"), description=making.text_of(email))
    if old is not None:
        case.follows, case.case_class = old, old.case_class
        case.business_account, case.contact, case.lead = old.business_account, old.contact, old.lead
    else:
        case.case_class = mail.options.new_case_class
        case.contact, case.business_account = known.contact, known.business_account
        case.lead = known.lead if known.contact is None else None
    saving.save(case, mail.now, None)
    case_assigning.assign(case, mail, old)
    return case


def join(email: Email, case: Case, now: datetime) -> None:
    """Make the mail an activity of the case; who owns the case gets the mail when nobody has it yet."""
    if not email.owner_id and not email.workgroup_id:
        owner = case.owner if people.works(case.owner) else None
        workgroup = case.workgroup if case.workgroup is not None and case.workgroup.active else None
        email.owner, email.workgroup = owner, workgroup
        email.save(update_fields=["owner", "workgroup"])
    links.link_at_hand(email, linking.related(case), now)
