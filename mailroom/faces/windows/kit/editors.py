"""HTML editors in the forms of records: what the page's policy has to allow them."""

from django import forms
from django.http import HttpRequest, HttpResponse


def prepare(form: forms.BaseForm, request: HttpRequest) -> bool:
    """Give the form's editors the page's nonce; says whether there are any."""
    found = [field.widget for field in form.fields.values() if "data-editor" in field.widget.attrs]
    for widget in found:
        widget.attrs["data-nonce"] = str(getattr(request, "csp_nonce", ""))
    return bool(found)


def admit(response: HttpResponse) -> HttpResponse:
    """Let the text in an editor have styles of its own, as the mail that is made of it has."""
    response._csp_update = {"style-src-attr": ["'unsafe-inline'"]}  # type: ignore[attr-defined]  # read by django-csp
    return response
