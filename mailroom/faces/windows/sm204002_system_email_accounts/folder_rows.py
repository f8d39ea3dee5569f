"""The list of folders in SM204002: a row for each folder that is read besides the root folder, and three empty ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.flows.receiving.models import AccountFolder
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import Employee, Workgroup

EMPTY_ROWS = 3
MOST = 200
NAME, WORKGROUP, OWNER = "folder_{}_name", "folder_{}_work_group", "folder_{}_owner"


@dataclass(frozen=True, slots=True)
class Row:
    """The bound fields of one row."""

    name: forms.BoundField
    work_group: forms.BoundField
    owner: forms.BoundField

    @property
    def bound(self) -> tuple[forms.BoundField, forms.BoundField, forms.BoundField]:
        """In the order of the columns."""
        return (self.name, self.work_group, self.owner)


class FolderRows:
    """Adds the rows' fields to the account's form and reads them back."""

    def __init__(self, form: forms.Form, account: EmailAccount | None) -> None:
        self.form = form
        saved = list(AccountFolder.objects.filter(account=account)) if account else []
        sent = sum(1 for place in range(MOST) if NAME.format(place) in form.data)
        self.count = max(len(saved) + EMPTY_ROWS, sent)
        for place in range(self.count):
            row = saved[place] if place < len(saved) else AccountFolder()
            form.fields[NAME.format(place)] = forms.CharField(
                label=_("Folder"), required=False, max_length=255, initial=row.folder
            )
            form.fields[WORKGROUP.format(place)] = LookupField(
                "workgroups",
                label=_("Default email work group"),
                queryset=Workgroup.objects.all(),
                initial=row.default_work_group_id,
            )
            form.fields[OWNER.format(place)] = LookupField(
                "employees",
                label=_("Default email owner"),
                queryset=Employee.objects.all(),
                initial=row.default_owner_id,
            )

    def __iter__(self) -> Iterator[Row]:
        """The rows as the page shows them."""
        for place in range(self.count):
            yield Row(*(self.form[part.format(place)] for part in (NAME, WORKGROUP, OWNER)))

    def into(self, data: dict[str, Any]) -> dict[str, Any]:
        """The form's values with the rows as one list; a row without a name is left out."""
        found = []
        for place in range(self.count):
            name, work_group, owner = (data.pop(part.format(place), None) for part in (NAME, WORKGROUP, OWNER))
            if name:
                found.append({"folder": name, "default_work_group": work_group, "default_owner": owner})
        return data | ({"folders": found} if NAME.format(0) in self.form.data else {})
