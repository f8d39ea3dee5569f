"""The list of case classes, and one class (CR206000)."""

from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Count, ProtectedError, Q, QuerySet
from django.http import HttpRequest
from django.urls import include, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.faces.windows.cr206000_case_classes.window import WINDOW
from mailroom.faces.windows.kit.actions import Action, Confirm, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.records.crm.models import CaseClass


def delete(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Delete classes that no case has; of others none is deleted."""
    try:
        with transaction.atomic():
            for row in CaseClass.objects.filter(pk__in=ids):
                row.delete()
    except ProtectedError:
        return Outcome(_("Cases are of this class, so it stays. Give them another class first."), level="bad")
    return Outcome(ngettext("%(n)d class deleted", "%(n)d classes deleted", len(ids)) % {"n": len(ids)})


def ask(count: int) -> Confirm:
    """The question before it."""
    button = ngettext("Delete %(n)d class", "Delete %(n)d classes", count) % {"n": count}
    return Confirm(f"{button}?", _("Accounts whose new cases are of it make cases without a class then."), button)


class CaseClasses(GridWindow):
    """The list."""

    window = WINDOW
    columns = (
        Column("class_id", gettext_lazy("Case class ID"), sort="class_id", width=24, link=True, place="from"),
        Column("description", gettext_lazy("Description"), sort="description", place="subject"),
        Column("reopen_within_days", gettext_lazy("Reopen within days"), width=20, number=True),
        Column("cases", gettext_lazy("Cases"), cell=lambda row: str(row.case_count), width=12, number=True),
    )
    default_sort = "class_id"
    tabs = (FilterTab("all", gettext_lazy("All records")),)
    toolbar = (
        Action(
            "add", gettext_lazy("Add"), url="/cr206000/class/new/", icon="plus", keys="Alt+n", style="icon", rows=False,
            roles=ADMINISTRATORS,
        ),
        Action(
            "delete", gettext_lazy("Delete"), run=delete, icon="trash", keys="Delete", style="icon", confirm=ask,
            roles=ADMINISTRATORS,
        ),
    )  # fmt: skip

    def records(self, request: HttpRequest) -> QuerySet[CaseClass]:
        """All of them: the window is open to administrators alone."""
        return CaseClass.objects.annotate(case_count=Count("case"))

    def search(self, rows: QuerySet[CaseClass], text: str) -> QuerySet[CaseClass]:
        """By id or description."""
        return rows.filter(Q(class_id__icontains=text) | Q(description__icontains=text))

    def row_url(self, row: CaseClass, request: HttpRequest) -> str:
        """Its own address."""
        return f"/cr206000/class/{row.pk}/"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """Before there is any."""
        return Empty(
            _("No case classes"), _("A class tells what a case is about, and how long mail opens it again."), "case"
        )


class ClassForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """A class."""

    class Meta:
        model = CaseClass
        fields = ("class_id", "description", "reopen_within_days")


class ClassRecord(RecordWindow):
    """One class."""

    window = WINDOW
    form_class = ClassForm
    ordering = "class_id"
    write_roles = ADMINISTRATORS
    close_to = "/cr206000/"
    layout = Layout(
        top=(("class_id",), ("description",)),
        tabs=(Tab("details", gettext_lazy("Details"), Section(gettext_lazy("Closed cases"), "reopen_within_days")),),
    )

    def records(self, request: HttpRequest) -> QuerySet[CaseClass]:
        """All of them."""
        return CaseClass.objects.all()

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """A class that cases are of stays."""
        outcome = delete(request, [record.pk])
        return outcome if outcome.level == "bad" else Outcome(outcome.message, redirect="/cr206000/")


urlpatterns = [*CaseClasses.urls(), path("class/", include(ClassRecord.urls(among="class")))]
