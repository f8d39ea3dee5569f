"""Who gets a new case: by the case assignment map, else who had the case before it."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import assigning
from mailroom.flows.incoming.step import Mail
from mailroom.records.crm.models import Case, CaseReason
from mailroom.records.organisation import people


def assign(case: Case, mail: Mail, old: Case | None = None) -> None:
    """Give a saved case its owner and work group."""
    given = assigning.of_case(case, mail.options.case_assignment_map, mail.now)
    if not given.somebody and old is not None:
        given = assigning.alive(old.owner, old.workgroup)
    if not given.somebody:
        return
    case.owner, case.workgroup = given.owner, given.workgroup
    if case.owner is not None and case.reason == CaseReason.UNASSIGNED:
        case.reason = CaseReason.ASSIGNED
    case.save()


def words(case: Case) -> str:
    """Who got it, as a sentence."""
    who = people.together(case.workgroup, case.owner)
    return _("Its owner: %(who)s.") % {"who": who} if who else _("It has no owner yet.")
