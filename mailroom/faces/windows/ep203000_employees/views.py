"""Employees (EP203000): who works here, where mail is forwarded to, and in which work groups."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.ep203000_employees.window import WINDOW
from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.actions import Action
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.relations import choices, grid  # noqa: F401 choices registers the lookups used here
from mailroom.faces.windows.relations.record import EntityWindow, RecordForm
from mailroom.records.organisation.models import Employee, User, Workgroup


def active_cell(employee: Employee) -> Any:
    """Icon and word."""
    return cells.status(_("Active"), "ok") if employee.active else cells.status(_("Inactive"))


class Employees(grid.EntityList):
    """The list."""

    window = WINDOW
    entity = "employee"
    related = ("user",)
    columns = (
        Column("employee_id", gettext_lazy("Employee ID"), sort="employee_id", width=20, link=True, place="from"),
        Column("name", gettext_lazy("Name"), sort="name", place="subject"),
        Column("email", gettext_lazy("Email"), width=34, place="entity"),
        Column("user", gettext_lazy("User"), width=18),
        Column(
            "route_emails",
            gettext_lazy("Route emails"),
            cell=lambda row: _("Yes") if row.route_emails else _("No"),
            width=18,
        ),
        Column(
            "active",
            gettext_lazy("Status"),
            cell=active_cell,
            width=14,
            place="status",
            notable=lambda row: not row.active,
        ),
    )
    default_sort = "name"
    row_name = "employees"
    tabs = (
        FilterTab("active", gettext_lazy("Active"), lambda rows, request: rows.filter(active=True)),
        FilterTab("all", gettext_lazy("All records")),
    )
    toolbar = (
        Action(
            "add", gettext_lazy("Add"), url="/ep203000/new/", icon="plus", keys="Alt+n", style="icon", rows=False,
            roles=ADMINISTRATORS,
        ),
    )  # fmt: skip
    checks = False

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(_("No employees here"), _("Each person who owns mail is an employee."), "people")


class EmployeeForm(RecordForm):
    """An employee."""

    user = LookupField("free-users", label=gettext_lazy("User"), queryset=User.objects.all())
    workgroups = forms.ModelMultipleChoiceField(
        Workgroup.objects.filter(active=True),
        label=gettext_lazy("Work groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Employee
        fields = ("employee_id", "name", "email", "user", "route_emails", "active", "workgroups")

    def clean_user(self) -> User | None:
        """A user who is no other employee."""
        user: User | None = self.cleaned_data["user"]
        if user is not None and Employee.objects.filter(~Q(pk=self.instance.pk), user=user).exists():
            raise forms.ValidationError(_("%(user)s belongs to another employee."), params={"user": user})
        return user


class EmployeeWindow(EntityWindow):
    """One employee; administrators change them, everybody else reads."""

    window = WINDOW
    entity = "employee"
    form_class = EmployeeForm
    write_roles = ADMINISTRATORS
    key_field = "employee_id"
    ordering = "employee_id"
    close_to = "/ep203000/"
    layout = Layout(
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Employee"), "employee_id", "name", "user", "active"),
                Section(gettext_lazy("Email"), "email", "route_emails", "workgroups"),
            ),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="relations/_files.html"),
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[Employee]:
        """All of them."""
        return Employee.objects.select_related("user")


grid.find_by_palette("employee")
urlpatterns = [*Employees.urls(), *EmployeeWindow.urls()]
