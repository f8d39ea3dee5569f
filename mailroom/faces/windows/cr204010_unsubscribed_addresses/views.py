"""Unsubscribed addresses (CR204010): who wants no mass mail, noted by the readers themselves or by hand."""

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.cr204010_unsubscribed_addresses.window import WINDOW
from mailroom.faces.windows.kit import cells, requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow
from mailroom.faces.windows.kit.layout import Layout
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import MARKETERS
from mailroom.faces.windows.relations import choices  # noqa: F401 registers the lookups used here
from mailroom.records.crm import marketing
from mailroom.records.crm.models import MarketingList, Unsubscribed


def subscribe(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Forget that these want none: they asked for mail again."""
    marketing.subscribe(Unsubscribed.objects.filter(pk__in=ids))
    return Outcome(
        ngettext("%(n)d address gets mail again", "%(n)d addresses get mail again", len(ids)) % {"n": len(ids)}
    )


def left(row: Unsubscribed) -> str:
    """What the address gets no more of."""
    return str(row.marketing_list or _("All mass mail"))


def ask(count: int) -> Confirm:
    """The question before it."""
    title = ngettext("Subscribe %(n)d address again?", "Subscribe %(n)d addresses again?", count) % {"n": count}
    return Confirm(title, _("Do so only when its owner asked for it."), _("Subscribe again"))


class UnsubscribedAddresses(GridWindow):
    """The list, newest first."""

    window = WINDOW
    columns = (
        Column("address", gettext_lazy("Email"), place="subject"),
        Column("from", gettext_lazy("Unsubscribed from"), cell=left, width=28, place="below"),
        Column("by", gettext_lazy("Noted by"), cell=lambda row: str(row.by or _("The reader")), width=20),
        Column("at", gettext_lazy("Date"), cell=cells.of("at", cells.moment), sort="at", width=16, place="date",
               first_down=True),
    )  # fmt: skip
    default_sort = "-at"
    row_name = "addresses"
    tabs = (
        FilterTab("all", gettext_lazy("All records")),
        FilterTab("everything", gettext_lazy("All mass mail"), lambda rows, request: rows.filter(marketing_list=None)),
    )
    toolbar = (
        Action(
            "add", gettext_lazy("Add"), url="/cr204010/address/new/", icon="plus", keys="Alt+n", style="icon",
            rows=False, roles=MARKETERS,
        ),
        Action(
            "subscribe", gettext_lazy("Subscribe again"), run=subscribe, icon="undo", keys="E", confirm=ask,
            roles=MARKETERS,
        ),
    )  # fmt: skip

    def records(self, request: HttpRequest) -> QuerySet[Unsubscribed]:
        """All of them."""
        return Unsubscribed.objects.select_related("marketing_list", "by")

    def search(self, rows: QuerySet[Unsubscribed], text: str) -> QuerySet[Unsubscribed]:
        """By the address."""
        return rows.filter(address__icontains=text)

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """When everybody may get mail."""
        return Empty(_("Nobody unsubscribed"), _("Every mass email carries a link to unsubscribe."), "mail")


class UnsubscribeForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """An address that shall get no mass mail."""

    address = forms.CharField(label=gettext_lazy("Email"), max_length=254, validators=[validate_email])
    marketing_list = LookupField(
        "marketing-lists",
        label=gettext_lazy("Marketing list"),
        queryset=MarketingList.objects.all(),
        help_text=gettext_lazy("Left empty, the address gets no mass mail at all."),
    )

    class Meta:
        model = Unsubscribed
        fields = ("address", "marketing_list")


class UnsubscribedAddress(RecordWindow):
    """One address, noted by hand."""

    window = WINDOW
    form_class = UnsubscribeForm
    write_roles = MARKETERS
    can_delete = False
    close_to = "/cr204010/"
    layout = Layout(top=(("address", "marketing_list"),))

    def records(self, request: HttpRequest) -> QuerySet[Unsubscribed]:
        """All of them."""
        return Unsubscribed.objects.select_related("marketing_list")

    def save(self, request: HttpRequest, form: Any) -> Unsubscribed:
        """Note it; what stood already stays. A changed one is noted anew, in place of what it was."""
        given, chosen = form.cleaned_data["address"], form.cleaned_data["marketing_list"]
        with transaction.atomic():
            made = marketing.unsubscribe(given, chosen, clock.now(), requests.user_of(request))
            if form.instance.pk is not None and form.instance.pk != made.pk:
                marketing.subscribe(Unsubscribed.objects.filter(pk=form.instance.pk))
        return made


urlpatterns = [*UnsubscribedAddresses.urls(), path("address/", include(UnsubscribedAddress.urls(among="address")))]
