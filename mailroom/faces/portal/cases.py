"""The customer's cases, one of them with its conversation, and its files."""

import secrets
from functools import partial
from typing import Any
from urllib.parse import quote

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from mailroom.base import clock
from mailroom.faces import downloads
from mailroom.faces.portal.visitor import PortalView
from mailroom.flows.notifying import telling
from mailroom.flows.receiving import attachments
from mailroom.records.activities import attached, commenting, customers_view
from mailroom.records.activities.commenting import NewComment, NewFile
from mailroom.records.crm import portal
from mailroom.records.crm.models import Case, CaseComment
from mailroom.records.preferences import current

PAGE = 50
LARGEST_ID = 2**63 - 1


class CommentForm(forms.Form):
    """A comment; the files are read from the request."""

    subject = forms.CharField(
        label=_("Subject"),
        required=False,
        max_length=commenting.LONGEST_SUBJECT,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    text = forms.CharField(
        label=_("Comment"), required=False, widget=forms.Textarea(attrs={"class": "textarea", "rows": 6})
    )
    key = forms.CharField(max_length=32, widget=forms.HiddenInput)


class Cases(PortalView):
    """The list, newest first."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of it; `?before=` goes on."""
        before = request.GET.get("before", "")
        rows = portal.cases_of(self.contacts).order_by("-pk")
        if before.isdecimal() and len(before) < 19:
            rows = rows.filter(pk__lt=int(before))
        found = list(rows[: PAGE + 1])
        more = found[PAGE - 1].pk if len(found) > PAGE else None
        return self.page("portal/cases.html", cases=found[:PAGE], more=more)


class CasePage(PortalView):
    """One case: where it stands, what was written, and a comment to add."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, case_id: str) -> HttpResponse:
        """The page."""
        return self.show(self.case(case_id), sent="sent" in request.GET)

    def post(self, request: HttpRequest, case_id: str) -> HttpResponse:
        """Add a comment, its files, or both; the owner of the case is told."""
        case = self.case(case_id)
        form = CommentForm(request.POST)
        if not form.is_valid():
            return self.show(case, form, status=422)
        try:
            self.write(request, case, form.cleaned_data)
        except (commenting.NotTaken, attached.TooLarge) as refused:
            form.add_error("text", str(refused))
            return self.show(case, form, status=422)
        return HttpResponseRedirect(f"/portal/cases/{quote(case.case_id, safe='')}/?sent#end")

    def write(self, request: HttpRequest, case: Case, values: dict[str, Any]) -> CaseComment:
        """Keep the comment and queue its notice together; a form sent twice does it once."""
        allowed = attachments.rule_of(current.default_account_for(None))
        files = []
        for upload in request.FILES.getlist("files")[: commenting.MOST_FILES + 1]:
            name = upload.name or ""
            refusal = allowed.refusal(name)
            if refusal:
                raise commenting.NotTaken(refusal)
            files.append(NewFile(name, partial(upload.read, attached.LARGEST + 1)))
        author = next((one for one in self.contacts if one.pk == case.contact_id), self.contacts[0])
        with transaction.atomic():
            new = NewComment(values["text"], values["subject"], files, values["key"])
            comment, is_new = commenting.write(case, author, new, clock.now())
            if is_new:
                telling.of_comment(comment, clock.now())
        return comment

    def case(self, case_id: str) -> Case:
        """The visitor's own case with this number; 404 for any other."""
        found = portal.cases_of(self.contacts).filter(case_id=case_id.replace("\x00", "")).first()
        if found is None:
            raise Http404
        return found

    def show(self, case: Case, form: CommentForm | None = None, status: int = 200, sent: bool = False) -> HttpResponse:
        """The page of a case."""
        return self.page(
            "portal/case.html",
            status,
            case=case,
            entries=customers_view.of(case, self.contacts),
            form=form or CommentForm(initial={"key": secrets.token_hex(16)}),
            takes=commenting.takes(case, clock.now()),
            sent=sent,
        )


class File(CasePage):
    """A file of the conversation, always as a download: `of` a comment or of a mail."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, case_id: str, of: str, number: int) -> HttpResponseBase:  # type: ignore[override]
        """The bytes; 404 for a file that is not in the conversation."""
        case = self.case(case_id)
        row: Any = None
        if number <= LARGEST_ID:
            find = customers_view.attachment if of == "mail" else customers_view.file
            row = find(case, self.contacts, number)
        if row is None or row.file is None:
            raise Http404
        return downloads.attachment(bytes(row.file.sha256), row.name)
