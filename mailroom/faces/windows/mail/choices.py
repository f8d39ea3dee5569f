"""The lookups of the email windows: accounts, employees, work groups, templates, case classes, maps, users."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import lookups
from mailroom.faces.windows.kit.lookups import Lookup
from mailroom.records.assignment.models import AssignmentMap, Subject
from mailroom.records.crm.models import CaseClass
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import Employee, User, Workgroup

lookups.register(
    Lookup(
        "accounts",
        _("Email account ID"),
        rows=lambda request: EmailAccount.objects.all(),
        columns=(("email_account_id", _("Email account ID")), ("email_address", _("Email address"))),
        search=("email_account_id", "email_address"),
        window="SM204002",
    )
)
lookups.register(
    Lookup(
        "employees",
        _("Employee"),
        rows=lambda request: Employee.objects.filter(active=True),
        columns=(("employee_id", _("Employee ID")), ("name", _("Name")), ("email", _("Email"))),
        search=("name", "employee_id"),
    )
)
lookups.register(
    Lookup(
        "workgroups",
        _("Work group"),
        rows=lambda request: Workgroup.objects.filter(active=True),
        columns=(("workgroup_id", _("Work group")), ("description", _("Description"))),
        search=("workgroup_id", "description"),
    )
)
lookups.register(
    Lookup(
        "templates",
        _("Notification"),
        rows=lambda request: NotificationTemplate.objects.filter(locale=""),
        columns=(("notification_id", _("Notification ID")), ("description", _("Description"))),
        search=("notification_id", "description"),
        window="SM204003",
    )
)
lookups.register(
    Lookup(
        "case-classes",
        _("Case class"),
        rows=lambda request: CaseClass.objects.all(),
        columns=(("class_id", _("Case class ID")), ("description", _("Description"))),
        search=("class_id", "description"),
        window="CR206000",
    )
)
for _key, _subject in (("email-maps", Subject.EMAIL), ("case-maps", Subject.CASE)):
    lookups.register(
        Lookup(
            _key,
            _("Assignment map"),
            rows=lambda request, subject=_subject: AssignmentMap.objects.filter(subject=subject),  # type: ignore[misc]  # bound per turn
            columns=(("map_id", _("Assignment map")), ("description", _("Description"))),
            search=("map_id", "description"),
            window="EP205000",
        )
    )
lookups.register(
    Lookup(
        "users",
        _("User"),
        rows=lambda request: User.objects.filter(is_active=True),
        columns=(("login", _("Login")), ("full_name", _("Name"))),
        search=("login", "full_name"),
        window="SM201010",
    )
)
