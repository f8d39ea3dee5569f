"""The forms of the assisted set-up: the address, then the servers and how to sign in there."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.flows.incoming import accounts
from mailroom.mime import addresses
from mailroom.records.email_accounts import presets
from mailroom.records.email_accounts.models import EmailAccount, Encryption, IncomingMailProtocol

NOT_IN_AN_ID = re.compile(r"[^A-Z0-9]+")
LONGEST_ID = 24
NUMBERED = ("incoming_server_port", "outgoing_server_port")


class AddressForm(forms.Form):
    """Step 1: whose mail."""

    email_address = forms.CharField(
        label=gettext_lazy("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
        help_text=gettext_lazy("The shared address that customers write to, such as sales@example.com."),
    )
    sender_name = forms.CharField(
        label=gettext_lazy("Sender name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("What people see before the address, such as Example Sales."),
    )
    provider = forms.ChoiceField(label=gettext_lazy("Provider"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(preset.key, preset.name) for preset in presets.PRESETS]
        self.fields["provider"].choices = [("", _("Find out by the address")), *known]  # type: ignore[attr-defined]

    def clean_email_address(self) -> str:
        """One address."""
        typed = str(self.cleaned_data["email_address"]).strip()
        local, _at, domain = typed.rpartition("@")
        if not local or not addresses.ascii_domain(domain) or len(addresses.parse(typed)) != 1:
            raise forms.ValidationError(_("Enter an email address, such as sales@example.com."))
        return typed


class ServersForm(forms.Form):
    """Step 2: the servers, found or typed, and the sign-in."""

    email_address = forms.CharField(max_length=254, widget=forms.HiddenInput)
    sender_name = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)
    provider = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    username = forms.CharField(label=gettext_lazy("Username"), max_length=254, required=False)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=1024,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    incoming_mail_protocol = forms.ChoiceField(
        label=gettext_lazy("Incoming mail protocol"), choices=IncomingMailProtocol.choices
    )
    incoming_mail_server = forms.CharField(label=gettext_lazy("Incoming mail server"), max_length=255, required=False)
    incoming_server_port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535)
    incoming_server_encrypted_connection = forms.ChoiceField(
        label=gettext_lazy("Encrypted connection"), choices=Encryption.choices
    )
    outgoing_mail_server = forms.CharField(label=gettext_lazy("Outgoing mail server"), max_length=255)
    outgoing_server_port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535)
    outgoing_server_encrypted_connection = forms.ChoiceField(
        label=gettext_lazy("Encrypted connection"), choices=Encryption.choices
    )
    my_outgoing_server_requires_authentication = forms.BooleanField(
        label=gettext_lazy("My outgoing server requires authentication"), required=False
    )

    def save(self) -> EmailAccount:
        """The account, not active before its test passed. Raises accounts.Invalid."""
        values = dict(self.cleaned_data)
        address = values["email_address"]
        if not values["password"]:
            del values["password"]
        found = EmailAccount.objects.filter(email_address__iexact=address, active=False).first()
        values["email_account_id"] = found.email_account_id if found else free_id(address)
        return accounts.save_account(values | {"active": False})


def free_id(address: str) -> str:
    """An Email account ID that nobody has, made from the address: SALES, SALES2."""
    wanted = NOT_IN_AN_ID.sub("", address.rpartition("@")[0].upper())[:LONGEST_ID] or "EMAIL"
    taken = set(
        EmailAccount.objects.filter(email_account_id__istartswith=wanted).values_list("email_account_id", flat=True)
    )
    taken = {one.upper() for one in taken}
    names = (wanted if number == 1 else f"{wanted}{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


DEFAULTS: dict[str, Any] = {
    "incoming_mail_protocol": IncomingMailProtocol.IMAP,
    "incoming_server_port": 993,
    "incoming_server_encrypted_connection": Encryption.SSL,
    "outgoing_server_port": 587,
    "outgoing_server_encrypted_connection": Encryption.STARTTLS,
    "my_outgoing_server_requires_authentication": True,
}


def of_account(account: EmailAccount) -> dict[str, Any]:
    """The values of an account whose servers are to be changed; its password is never shown."""
    names = set(ServersForm.base_fields) - {"password"}
    return {name: getattr(account, name) for name in names}
