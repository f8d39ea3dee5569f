"""What the windows of tasks and events share: the record they are for, and what they take over from emails."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.mail import tables
from mailroom.faces.windows.relations import prefill
from mailroom.faces.windows.relations.choices import EntityField
from mailroom.faces.windows.relations.prefill import Origin
from mailroom.faces.windows.relations.record import EntityWindow, RecordForm
from mailroom.records.organisation.models import Employee


class ActivityForm(RecordForm):
    """A task or event; `entity` is the record it is for."""

    entity = EntityField(label=_("Related entity"))
    owner = LookupField("employees", label=_("Owner"), queryset=Employee.objects.all())


class ActivityWindow(EntityWindow):
    """One task or event."""

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, uploads: Any = None) -> Any:
        """With the record it is for among those this person may see."""
        made = super().form(request, record, data, uploads)
        entity = made.fields["entity"]
        entity.see_as(requests.user_of(request))
        if record is not None and record.related_entity_type:
            made.initial["entity"] = f"{record.related_entity_type}:{record.related_entity_id}"
        return made

    def values_from(self, request: HttpRequest, origin: Origin) -> dict[str, Any]:
        """From emails: subject, text and the record they are linked to; from a record's Create menu: that record."""
        if "for" in request.GET:
            number = next(iter(request.GET.getlist("ids")), "")
            return {"entity": f"{request.GET['for'][:32]}:{number[:19]}"}
        if origin.first is None:
            return {}
        found = {"subject": origin.subject[:255], "description": origin.text}
        return found | prefill.related(request, origin)

    def save(self, request: HttpRequest, form: Any) -> Any:
        """With the columns that name the record it is for."""
        field = form.fields["entity"]
        for name, value in field.related(form.cleaned_data.get("entity")).items():
            setattr(form.instance, name, value)
        return super().save(request, form)


related_cell: Callable[[Any], SafeString | str] = tables.related_cell
