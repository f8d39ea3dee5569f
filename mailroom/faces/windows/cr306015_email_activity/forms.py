"""The form of a draft: From, To, Cc, Bcc, Subject, body."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.cr306015_email_activity.addresses import accounts_of, written
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.lookups import LookupField, TokensField
from mailroom.flows.sending import outbox
from mailroom.mime import bodies
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import inline_images
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email

LONGEST_SUBJECT = 900


class DraftForm(forms.Form):
    """What a person writes; `instance` is the draft. A draft keeps what is typed, right or wrong; Send is strict."""

    account = LookupField("sending-accounts", label=_("From"), queryset=EmailAccount.objects.all(), required=True)
    to = TokensField("addresses", label=_("To"))
    cc = TokensField("addresses", label=_("Cc"))
    bcc = TokensField("addresses", label=_("Bcc"))
    subject = forms.CharField(label=_("Subject"), required=False, max_length=LONGEST_SUBJECT)
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
        for name in ("to", "cc", "bcc"):
            self.fields[name].widget.attrs["data-check"] = "/cr306015/addresses/"
        if request is not None:
            self.fields["account"].queryset = accounts_of(requests.user_of(request))  # type: ignore[attr-defined]
            self.fields["body"].widget.attrs["data-nonce"] = str(getattr(request, "csp_nonce", ""))

    def clean_to(self) -> Sequence[Address]:
        """To as addresses."""
        return outbox.address(self.cleaned_data.get("to") or "")

    def clean_cc(self) -> Sequence[Address]:
        """Cc as addresses."""
        return outbox.address(self.cleaned_data.get("cc") or "")

    def clean_bcc(self) -> Sequence[Address]:
        """Bcc as addresses."""
        return outbox.address(self.cleaned_data.get("bcc") or "")

    def draft(self, account: EmailAccount | None = None) -> DraftFields:
        """The fields for compose; `account` stands in where the form names none."""
        data = self.cleaned_data
        typed = inline_images.kept(data.get("body") or "")
        is_html = "<" in typed and ">" in typed
        html = bodies.sanitise_html(typed) if is_html else bodies.html_from_text(typed)
        return DraftFields(
            account=data.get("account") or account,  # type: ignore[arg-type]  # keep() has made sure of one
            to=data.get("to") or (),
            cc=data.get("cc") or (),
            bcc=data.get("bcc") or (),
            subject=data.get("subject", str(self.data.get("subject", ""))[:LONGEST_SUBJECT]),
            html=html,
            text=bodies.text_from_html(html) if is_html else typed,
        )


def values_of(email: Email) -> dict[str, Any]:
    """A draft's values as the form shows them."""
    fields: dict[str, list[str]] = {"to": [], "cc": [], "bcc": [], "reply_to": []}
    for row in email.recipients.all():
        fields[row.kind].append(written(Address(row.name, row.address)))
    return {
        "account": email.account_id,
        "to": ", ".join(fields["to"]),
        "cc": ", ".join(fields["cc"]),
        "bcc": ", ".join(fields["bcc"]),
        "subject": email.subject,
        "body": body_of(email),
    }


def body_of(email: Email) -> str:
    """The body for the editor, which is part of our page: cleaned, also where a program wrote the draft."""
    content = getattr(email, "content", None)
    if content is None:
        return ""
    if content.html:
        return inline_images.shown(email.pk, bodies.sanitise_html(content.html))
    return bodies.html_from_text(content.text) if {"<", "&"} & set(content.text) else content.text
