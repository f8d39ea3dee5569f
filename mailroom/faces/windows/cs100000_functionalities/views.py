"""Enable/disable functionalities (CS100000): what is off has no windows and no commands; its records stay."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.cs100000_functionalities.window import WINDOW
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.records.organisation import features
from mailroom.records.organisation.models import Features


class FeaturesForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """The switches."""

    class Meta:
        model = Features
        fields = ("case_management", "self_service_portal")
        help_texts = {
            "case_management": _(
                "The window Cases, and Case in the Create menu of the email windows. Switched off, both are gone; "
                "the cases themselves stay and come back with it."
            ),
            "self_service_portal": _(
                "Customers sign in at /portal/ by a link that is mailed to them, see their own cases, and add comments "
                "and files. It needs Case management. Whom it tells, by which template, stands in Notification events."
            ),
        }


class Functionalities(RecordWindow):
    """One row for the whole installation."""

    window = WINDOW
    form_class = FeaturesForm
    single = True
    write_roles = ADMINISTRATORS
    layout = Layout(
        tabs=(
            Tab(
                "details",
                _("Functionalities"),
                Section(_("Customer management"), "case_management", "self_service_portal"),
            ),
        )
    )

    def records(self, request: HttpRequest) -> QuerySet[Features]:
        """The one row."""
        features.read()
        return Features.objects.filter(pk=features.ROW)

    def title(self, request: HttpRequest, record: Any) -> str:
        """It has no name of its own."""
        return ""


urlpatterns = Functionalities.urls()
