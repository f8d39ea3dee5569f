"""Step 9, its first part: what has no owner and no work group goes where the first fitting rule of the map sends it."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import assigning
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped


class AssignByMap:
    """Assigns by the account's email assignment map (BEHAVIOUR 8)."""

    name = "assignment_map"

    def run(self, mail: Mail) -> Verdict:
        """A rule whose owner left gives the work group alone, or leaves the mail to the defaults."""
        email, chosen = mail.email, mail.options.email_assignment_map
        if email.owner_id or email.workgroup_id:
            return skipped(_("It has an owner or a work group already."))
        if chosen is None:
            return skipped(_("Its account has no email assignment map."))
        given = assigning.of_email(email, chosen, mail.now)
        if given.rule is None:
            return skipped(_("No rule of %(map)s fits it.") % {"map": chosen})
        words = {"map": chosen, "rule": assigning.rule_words(given.rule)}
        if not given.somebody:
            return skipped(_("%(map)s: %(rule)s fits, but it names nobody who receives work now.") % words)
        email.owner, email.workgroup = given.owner, given.workgroup
        email.save(update_fields=["owner", "workgroup"])
        return did(_("%(map)s: %(rule)s fits. Assigned to %(who)s.") % (words | {"who": given}))
