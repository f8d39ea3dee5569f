"""The members of a campaign or a marketing list in its window: added by choice or by address, removed, listed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.relations.choices import EntityField
from mailroom.mime import addresses
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Campaign, MarketingList

SHOWN = 200
MOST_ADDED = 100_000  # letters
NAMED = 5


class MembersForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """A form of something that has members."""

    add_person = EntityField("entity-lead_contact", label=gettext_lazy("Add a contact or lead"))
    add_addresses = forms.CharField(
        label=gettext_lazy("Add by addresses"),
        required=False,
        max_length=MOST_ADDED,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Addresses of contacts or leads, separated by commas or line ends."),
    )

    def see_as(self, request: HttpRequest) -> None:
        """Whose records can be chosen."""
        self.fields["add_person"].see_as(requests.user_of(request))  # type: ignore[attr-defined]

    def clean_add_addresses(self) -> list[Any]:
        """The people with these addresses; one that nobody has is named."""
        text = str(self.cleaned_data.get("add_addresses") or "").replace(";", ",")
        given = [one.address or one.name for line in text.splitlines() for one in addresses.parse(line)]
        found, unknown = marketing.people_of(given)
        if unknown:
            names = ", ".join(unknown[:NAMED]) + (" …" if len(unknown) > NAMED else "")
            raise ValidationError(_("No contact or lead has this address: %(names)s."), params={"names": names})
        return found


def keep(request: HttpRequest, of: Campaign | MarketingList, form: Any) -> None:
    """Carry out what the form says of members."""
    marketing.remove(of, requests.ids_of(request.POST.getlist("remove_member")) or [])
    chosen = form.cleaned_data.get("add_person")
    people = [*([chosen] if chosen is not None else []), *(form.cleaned_data.get("add_addresses") or [])]
    marketing.add(of, people, clock.now())


def context(of: Campaign | MarketingList | None) -> dict[str, Any]:
    """The first members by name, and how many there are."""
    if of is None or of.pk is None:
        return {"people": [], "people_count": 0, "people_more": 0}
    now = clock.now()
    if isinstance(of, MarketingList) and of.kind == MarketingList.Kind.DYNAMIC:
        rows: Any = marketing.selected(of, now)
        people = [_row("lead" if of.source == MarketingList.Source.LEADS else "contact", one) for one in rows[:SHOWN]]
    else:
        rows = of.members.select_related("contact", "lead").order_by("pk")
        people = [
            _row("contact" if one.contact_id else "lead", one.person) | {"member": one.pk} for one in rows[:SHOWN]
        ]
    left = marketing.unwanted(one["key"] for one in people)
    for one in people:
        here = left.lists.get(one["key"], frozenset())
        one["unsubscribed"] = one["key"] in left.everything or (isinstance(of, MarketingList) and of.pk in here)
    count = rows.count()
    return {"people": people, "people_count": count, "people_more": max(0, count - SHOWN)}


def _row(kind: str, person: Any) -> dict[str, Any]:
    return {"kind": kind, "person": person, "key": addresses.folded(person.email)}
