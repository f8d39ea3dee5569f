"""The form of a draft: From, To, Cc, Bcc, Subject, body."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import lookups, requests
from mailroom.faces.windows.kit.lookups import Lookup, LookupField, TokensField
from mailroom.flows.sending import outbox
from mailroom.mime import bodies
from mailroom.mime.message import Address
from mailroom.records.crm.models import Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User


def accounts_of(user: User) -> Any:
    """The accounts a person may write from: shared ones, and his own personal ones."""
    shared = EmailAccount.objects.filter(active=True, personal_owner=None)
    return shared | EmailAccount.objects.filter(active=True, personal_owner=user)


lookups.register(
    Lookup(
        "sending-accounts",
        _("From"),
        rows=lambda request: accounts_of(requests.user_of(request)),
        columns=(("email_account_id", _("Email account ID")), ("email_address", _("Email address"))),
        search=("email_account_id", "email_address"),
        text=lambda row: f"{row.email_account_id} {row.email_address}",
    )
)
lookups.register(
    Lookup(
        "addresses",
        _("Addresses"),
        rows=lambda request: Contact.objects.exclude(email="").filter(active=True),
        columns=(("name", _("Name")), ("email", _("Email"))),
        search=("name", "email"),
        value=lambda row: written(Address(row.name, row.email)),
        text=lambda row: written(Address(row.name, row.email)),
    )
)


def written(item: Address) -> str:
    """An address as people type it."""
    if not item.name or item.name == item.address:
        return item.address
    name = item.name.replace('"', "'")
    return f'"{name}" <{item.address}>' if set(name) & set(",;<>@()[]:") else f"{name} <{item.address}>"


class DraftForm(forms.Form):
    """What a person writes; `instance` is the draft."""

    account = LookupField("sending-accounts", label=_("From"), queryset=EmailAccount.objects.all(), required=True)
    to = TokensField("addresses", label=_("To"))
    cc = TokensField("addresses", label=_("Cc"))
    bcc = TokensField("addresses", label=_("Bcc"))
    subject = forms.CharField(label=_("Subject"), required=False, max_length=900)
    body = forms.CharField(
        label=_("Message"),
        required=False,
        widget=forms.Textarea(attrs={"data-editor": "", "aria-label": _("Message"), "rows": 16}),
    )

    def __init__(
        self, *args: Any, instance: Email | None = None, request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        if instance is not None:
            kwargs["initial"] = values_of(instance) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.instance = instance
        if request is not None:
            self.fields["account"].queryset = accounts_of(requests.user_of(request))  # type: ignore[attr-defined]
            self.fields["body"].widget.attrs["data-nonce"] = str(getattr(request, "csp_nonce", ""))

    def _addresses(self, name: str) -> Sequence[Address]:
        found = outbox.address(self.cleaned_data.get(name) or "")
        for item in found:
            local, _at, domain = item.address.rpartition("@")
            if not local or not domain:
                raise forms.ValidationError(_("“%(address)s” is no email address.") % {"address": item.address})
        return found

    def clean_to(self) -> Sequence[Address]:
        """To as addresses."""
        return self._addresses("to")

    def clean_cc(self) -> Sequence[Address]:
        """Cc as addresses."""
        return self._addresses("cc")

    def clean_bcc(self) -> Sequence[Address]:
        """Bcc as addresses."""
        return self._addresses("bcc")

    def draft(self) -> DraftFields:
        """The fields for compose."""
        data = self.cleaned_data
        typed = data["body"]
        is_html = "<" in typed and ">" in typed
        html = bodies.sanitise_html(typed) if is_html else bodies.html_from_text(typed)
        return DraftFields(
            account=data["account"],
            to=data["to"],
            cc=data["cc"],
            bcc=data["bcc"],
            subject=data["subject"],
            html=html,
            text=bodies.text_from_html(html) if is_html else typed,
        )


def values_of(email: Email) -> dict[str, Any]:
    """A draft's values as the form shows them."""
    fields: dict[str, list[str]] = {"to": [], "cc": [], "bcc": [], "reply_to": []}
    for row in email.recipients.all():
        fields[row.kind].append(written(Address(row.name, row.address)))
    content = getattr(email, "content", None)
    return {
        "account": email.account_id,
        "to": ", ".join(fields["to"]),
        "cc": ", ".join(fields["cc"]),
        "bcc": ", ".join(fields["bcc"]),
        "subject": email.subject,
        "body": (content.html or content.text) if content else "",
    }
