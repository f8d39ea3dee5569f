"""Step 9, its last part: what nobody owns goes to the account's default owner and work group."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import assigning
from mailroom.flows.incoming.step import Mail, Verdict, did, skipped
from mailroom.flows.receiving import folders


class AssignDefault:
    """Gives an email without owner and work group the defaults of the folder it came into, or of its account."""

    name = "assign_default"

    def run(self, mail: Mail) -> Verdict:
        """Inactive people, and an owner from outside the work group, get nothing: then the group alone is set."""
        email, account = mail.email, mail.email.account
        if email.owner_id or email.workgroup_id:
            return skipped(_("It has an owner or a work group already."))
        workgroup, owner = folders.defaults_of(email)
        if workgroup is None and owner is None:
            workgroup, owner = account.default_work_group, account.default_owner
        if owner is not None and workgroup is not None and not workgroup.members.filter(pk=owner.pk).exists():
            owner = None
        given = assigning.alive(owner, workgroup)
        if not given.somebody:
            return skipped(_("The account has no default owner or work group."))
        email.owner, email.workgroup = given.owner, given.workgroup
        email.save(update_fields=["owner", "workgroup"])
        return did(_("Assigned to %(who)s.") % {"who": given})
