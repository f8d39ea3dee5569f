"""System locales (SM200550): the languages, with their dates and numbers, that people and templates may use."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.faces.windows.kit import cells
from mailroom.faces.windows.kit.actions import Action, Menu, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, GridWindow
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.relations.record import ListedRecord
from mailroom.faces.windows.sm200550_system_locales.window import WINDOW
from mailroom.records.organisation import system_locales
from mailroom.records.organisation.models import SystemLocale


def make_default(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Make one locale the one that new people and templates begin with."""
    locale = SystemLocale.objects.get(pk=ids[0])
    system_locales.make_default(locale)
    return Outcome(_("%(name)s is the default locale") % {"name": locale})


MAKE_DEFAULT = Action("default", gettext_lazy("Make default"), run=make_default, icon="star", roles=ADMINISTRATORS)


class Locales(GridWindow):
    """The list."""

    window = WINDOW
    columns = (
        Column("code", gettext_lazy("Locale"), sort="code", width=20, link=True, place="from"),
        Column("description", gettext_lazy("Description"), place="subject"),
        Column("time_zone", gettext_lazy("Time zone"), width=24),
        Column("default", gettext_lazy("Default"), cell=lambda row: _("Yes") if row.default else "", width=14),
        Column(
            "active",
            gettext_lazy("Status"),
            cell=lambda row: cells.status(_("Active"), "ok") if row.active else cells.status(_("Inactive")),
            width=16,
            place="status",
        ),
    )
    default_sort = "code"
    row_name = "locales"
    searchable = False
    toolbar = (
        Action("add", gettext_lazy("Add"), url="/sm200550/new/", icon="plus", keys="Alt+n", style="icon", rows=False),
        Menu(gettext_lazy("Actions"), (MAKE_DEFAULT,)),
    )

    def records(self, request: HttpRequest) -> QuerySet[SystemLocale]:
        """All of them."""
        return SystemLocale.objects.all()

    def row_url(self, row: SystemLocale, request: HttpRequest) -> str:
        """The locale's own page."""
        return f"/sm200550/{row.code}/"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(_("No locales here"), _("Without any, the languages of the product are used."), "at")


class LocaleForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """A locale."""

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=system_locales.time_zones,
        initial="Europe/Oslo",
        help_text=SystemLocale._meta.get_field("time_zone").help_text,
    )

    class Meta:
        model = SystemLocale
        fields = ("code", "description", "time_zone", "active")
        help_texts = {"code": gettext_lazy("A language code, such as en, nb, en-GB or sv.")}

    def clean_code(self) -> str:
        """A language that dates and numbers can be written in."""
        code = str(self.cleaned_data["code"]).strip()
        if not system_locales.is_known(code):
            raise forms.ValidationError(_("“%(code)s” is no known language code."), params={"code": code})
        return code

    def clean_active(self) -> bool:
        """The default locale stays active."""
        if self.instance.default and not self.cleaned_data["active"]:
            raise forms.ValidationError(_("Make another locale the default one first."))
        return bool(self.cleaned_data["active"])


class LocaleWindow(ListedRecord):
    """One locale."""

    window = WINDOW
    form_class = LocaleForm
    write_roles = ADMINISTRATORS
    key_field = "code"
    ordering = "code"
    close_to = "/sm200550/"
    layout = Layout(
        tabs=(
            Tab(
                "details",
                gettext_lazy("Details"),
                Section(gettext_lazy("Locale"), "code", "description", "time_zone", "active"),
            ),
        )
    )
    toolbar = (MAKE_DEFAULT,)

    def records(self, request: HttpRequest) -> QuerySet[SystemLocale]:
        """All of them."""
        return SystemLocale.objects.all()

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """The default locale stays."""
        try:
            system_locales.delete(record)
        except system_locales.InUse as refused:
            return Outcome(str(refused), level="bad")
        return Outcome(_("%(name)s deleted") % {"name": record}, redirect=self.at("list"))


urlpatterns = [*Locales.urls(), *LocaleWindow.urls()]
