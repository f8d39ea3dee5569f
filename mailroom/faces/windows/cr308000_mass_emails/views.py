"""Mass emails (CR308000): one text for many people, prepared, sent, and what came of it."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.cr308000_mass_emails import beside, commands
from mailroom.faces.windows.cr308000_mass_emails.form import FREE, MassEmailForm
from mailroom.faces.windows.cr308000_mass_emails.window import WINDOW
from mailroom.faces.windows.kit import cells, jobs, requests, toasts
from mailroom.faces.windows.kit.actions import Outcome, Toolbar
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab
from mailroom.faces.windows.kit.layout import Layout, Section, Tab
from mailroom.faces.windows.kit.registry import MARKETERS
from mailroom.faces.windows.relations import grid
from mailroom.faces.windows.relations.record import EntityWindow
from mailroom.flows.mailings import entity, prepare, preparing, responses
from mailroom.flows.mailings.models import MassEmail
from mailroom.records.notifications import sources

State = MassEmail.Status
TONES = {State.SENT: "ok", State.SENDING: "busy", State.PREPARING: "busy"}


def status_cell(row: MassEmail) -> Any:
    """Icon and word of the status."""
    return cells.status(row.get_status_display(), TONES.get(State(row.status), ""))


def counted(key: str, label: Any, width: int = 11) -> Column:
    """A column of one of the counts."""
    return Column(key, label, cell=lambda row: str(getattr(row.counts, key) or ""), width=width, number=True)


class MassEmails(grid.EntityList):
    """The list."""

    window = WINDOW
    entity = entity.KEY
    related = ("owner",)
    columns = (
        Column("mass_email_id", gettext_lazy("Mass email ID"), sort="mass_email_id", width=16, link=True, place="from"),
        Column("description", gettext_lazy("Description"), place="subject"),
        Column("status", gettext_lazy("Status"), cell=status_cell, width=14, place="status", notable=lambda row: True),
        counted("recipients", gettext_lazy("Recipients")),
        counted("sent", gettext_lazy("Sent")),
        counted("failed", gettext_lazy("Failed")),
        counted("bounced", gettext_lazy("Bounced")),
        counted("replied", gettext_lazy("Replied")),
        counted("unsubscribed", gettext_lazy("Unsubscribed"), 14),
        Column("created_at", gettext_lazy("Created"), cell=cells.of("created_at", cells.moment), sort="created_at",
               width=18, place="date", first_down=True),
    )  # fmt: skip
    default_sort = "-created_at"
    row_name = "mass emails"
    checks = False
    tabs = (
        FilterTab("all", gettext_lazy("All records")),
        FilterTab("open", gettext_lazy("Not sent yet"), lambda rows, request: rows.exclude(status=State.SENT)),
    )
    toolbar = (grid.add("CR308000", MARKETERS),)

    def decorate(self, rows: list[Any], request: HttpRequest) -> None:
        """The counts of the whole page at once."""
        found = responses.counts([row.pk for row in rows])
        for row in rows:
            row.counts = found.get(row.pk, responses.Counts())

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """What an empty list says."""
        return Empty(_("No mass emails here"), _("A mass email goes to each of many people by name."), "send")


class MassEmailWindow(EntityWindow):
    """One mass email; marketing and administrators change and send it."""

    window = WINDOW
    entity = entity.KEY
    form_class = MassEmailForm
    key_field = "mass_email_id"
    ordering = "mass_email_id"
    write_roles = MARKETERS
    close_to = "/cr308000/"
    enabled_when = {
        "marketing_lists": "source=lists",
        "campaigns": "source=campaigns",
        "campaign_members": "source=campaigns",
        "to_contacts": "source=people",
        "to_leads": "source=people",
        "to_employees": "source=people",
    }
    layout = Layout(
        head="cr308000/_fixed.html",
        top=(("mass_email_id", "description", "owner"), ("account", "reply_to", "subject")),
        tabs=(
            Tab("message", gettext_lazy("Message"), template="cr308000/_message.html"),
            Tab(
                "sources",
                gettext_lazy("Sources"),
                (Section(gettext_lazy("Source"), "source"),
                 Section(gettext_lazy("Marketing lists"), "marketing_lists")),
                (Section(gettext_lazy("Campaigns"), "campaigns", "campaign_members"),
                 Section(gettext_lazy("Leads, contacts and employees"), "to_leads", "to_contacts", "to_employees")),
            ),
            Tab("recipients", gettext_lazy("Recipients"), template="cr308000/_recipients_tab.html"),
            Tab("activities", gettext_lazy("Activities"), template="relations/_activities.html"),
            Tab("files", gettext_lazy("Files"), template="cr308000/_files.html"),
        ),
        aside="cr308000/_figures.html",
    )  # fmt: skip

    def drop_disabled(self, form: forms.BaseForm, request: HttpRequest) -> None:
        """Once mail is on its way every field but a few keeps what is saved."""
        if not form.fixed:  # type: ignore[attr-defined]  # MassEmailForm's
            super().drop_disabled(form, request)

    def save(self, request: HttpRequest, form: Any) -> Any:
        """Keep it; a prepared one has to be prepared again, for its text or its recipients may be others."""
        with transaction.atomic():
            changed, fixed = set(form.changed_data) - set(FREE), prepare.keep_still(form.instance)
            if changed and fixed:  # since the form was read
                raise forms.ValidationError(fixed)
            prepare.number(form.instance, clock.now(), requests.user_of(request))
            if changed:
                form.instance.status = State.ON_HOLD
            return super().save(request, form)

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """What somebody got mail of stays: its links to unsubscribe have to work."""
        with transaction.atomic():
            if fixed := prepare.keep_still(record):
                return Outcome(fixed, level="bad")
            return super().delete(request, record)

    def tell_at_once(self, request: HttpRequest, record: MassEmail) -> None:
        """Say what preparing came to where it ended before its window was there to watch it."""
        if request.method != "GET" or record.status == State.PREPARING or record.job_id is None:
            return
        if request.session.get(commands.ASKED) == record.job_id:
            del request.session[commands.ASKED]
            if not toasts.waiting(request):  # whoever watched it has been told
                level = "bad" if record.status == State.ON_HOLD else "ok"
                toasts.keep(request, toasts.Toast(preparing.told(record), level))

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """Counts, the first recipients, and the placeholders."""
        source = sources.of_window(WINDOW.id)
        names = [*(source.places if source else ()), *sources.COMMON]
        found = super().context(request, record, form) | {"places": [(one.name, one.label) for one in names]}
        if record is None:
            return found
        self.tell_at_once(request, record)
        found |= {
            "fixed": prepare.why_fixed(record),
            "trouble": preparing.why_not(record),
            "running_job": jobs.running(record.job, requests.user_of(request)),
        }
        return found | beside.figures(record) | beside.recipients(request, record)

    def commands(self, request: HttpRequest, record: Any | None) -> Toolbar:
        """Its own commands before Create."""
        return (*commands.of(record, request), *super().commands(request, record))


grid.find_by_palette(entity.KEY)
urlpatterns = [*beside.urls(), *MassEmails.urls(), *MassEmailWindow.urls()]
