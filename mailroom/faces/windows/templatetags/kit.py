"""Template tags of the window kit: icons, moments, people, fields, the page's chrome."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms, template
from django.db.models.fields import BLANK_CHOICE_DASH
from django.template.context import Context
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from mailroom.faces.windows.kit import (
    actions,
    buttons,
    cells,
    chrome,
    conditions,
    heads,
    jobs,
    layout,
    lookups,
    rows,
    toasts,
)
from mailroom.faces.windows.kit.listing import Listing
from mailroom.faces.windows.kit.registry import Window
from mailroom.records.organisation.models.jobs import LIVE, Job

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """`{% icon "reply" %}`: an icon of icons.svg."""
    return cells.icon(name, extra)


@register.filter
def spoken(seconds: int) -> str:
    """`{{ run.lag_seconds|spoken }}`: 12 s, 3 min 5 s, 2 h 10 min."""
    return jobs.spoken(timedelta(seconds=seconds))


@register.filter
def took(seconds: float) -> str:
    """`{{ step.seconds|took }}`: 12 ms, 2.5 s."""
    return jobs.took(seconds)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """`{{ email.date|moment }}`: 09:42, 12 Mar 09:42 or 12 Mar 2026, in a `<time>`."""
    return cells.moment(value)


@register.filter
def moment_long(value: datetime | None) -> SafeString:
    """As `moment`, with "Today" before the time."""
    return cells.moment(value, long=True)


@register.filter
def local_moment(value: datetime) -> str:
    """A moment in the time zone that it bears itself: "Tue 24 Nov 2026 09:55"."""
    return str(date_format(value.replace(tzinfo=None), "D j M Y H:i"))


@register.filter
def avatar(name: Any, size: str = "") -> SafeString:
    """`{{ name|avatar }}`, `{{ name|avatar:"lg" }}`: round tinted initials."""
    return cells.avatar(str(name), size)


@register.filter
def initials(name: Any) -> str:
    """The letters of an avatar."""
    return cells.initials(str(name))


@register.filter
def person(someone: Any) -> SafeString:
    """An avatar and a name; the dashed circle for nobody."""
    return cells.person(someone)


@register.simple_tag
def choose(line: actions.Typed) -> SafeString:
    """`{% choose line %}`: the line of a question that is found by a lookup."""
    attributes = {"id": f"confirm-{line.name}", "required": True}
    return lookups.LookupWidget(line.lookup).render(line.name, line.value, attributes)


@register.simple_tag
def status(words: Any, tone: str = "", icon_name: str = "") -> SafeString:
    """`{% status "Processed" "ok" %}`: an icon and a word."""
    return cells.status(words, tone, icon_name)


@register.simple_tag(takes_context=True)
def page_chrome(context: Context, window: Window | None = None) -> chrome.Chrome:
    """Rail, navigation pane, toasts and the person's settings."""
    return chrome.build(context["request"], window)


@register.simple_tag(takes_context=True)
def page_notices(context: Context, window: Window | None = None) -> list[str]:
    """The banners at the top of the window."""
    return chrome.notices(context["request"], window)


@register.simple_tag(takes_context=True)
def kept_toasts(context: Context) -> list[dict[str, Any]]:
    """The toasts that wait for this page."""
    return toasts.taken(context["request"])


@register.filter
def is_running(job: Job | None) -> bool:
    """Whether a job waits or runs."""
    return job is not None and job.state in LIVE


@register.filter
def in_reader(toolbar: Iterable[Any]) -> list[actions.Action]:
    """The commands that the reading pane's bar shows."""
    return [action for action in actions.flat(list(toolbar)) if action.reader]


@register.simple_tag(takes_context=True)
def commands(context: Context, form_id: str, do_base: str) -> SafeString:
    """`{% commands "rows" window.url %}`: the window's `toolbar`, posting that form to `do_base`do/KEY/."""
    return buttons.toolbar(
        context.get("toolbar") or (), context["request"], context.get("record"), form_id, do_base or ""
    )


@register.simple_tag(takes_context=True)
def command(context: Context, action: actions.Action, look: str, form_id: str, do_base: str) -> SafeString:
    """One command of it; `look` is "menu", "icon", "button" or "primary"."""
    return buttons.command(action, look, context["request"], context.get("record"), form_id, do_base or "")


@register.simple_tag
def grid_heads(listing: Listing, window_url: str) -> SafeString:
    """The column heads of a grid."""
    return heads.row(listing, window_url)


@register.simple_tag
def column_choice(listing: Listing) -> SafeString:
    """The columns to choose from, each with its place and its check box."""
    return heads.choice(listing)


@register.simple_tag
def grid_rows(listing: Listing) -> SafeString:
    """The rows of a page of a grid."""
    return rows.body(listing)


@register.filter
def key_words(keys: str) -> str:
    """The keys of a command as people read them."""
    return buttons.key_words(keys)


@register.filter
def kind(bound: forms.BoundField) -> str:
    """What a field is made of: check, select, lookup, tokens, textarea, radio, number, password, text, hidden."""
    widget = bound.field.widget
    kinds: tuple[tuple[Any, str], ...] = (
        (forms.HiddenInput, "hidden"),
        (lookups.LookupWidget, "lookup"),
        (lookups.TokensWidget, "tokens"),
        (forms.CheckboxInput, "check"),
        (forms.RadioSelect, "radio"),
        (forms.CheckboxSelectMultiple, "checks"),
        (forms.Select, "select"),
        (forms.Textarea, "textarea"),
        (forms.PasswordInput, "password"),
        (forms.NumberInput, "number"),
    )
    return next((name for cls, name in kinds if isinstance(widget, cls)), "text")


SHORT = 5  # digits that a narrow field shows
DASHES = BLANK_CHOICE_DASH[0][1]
CLASSES = {
    "select": "select", "textarea": "textarea", "number": "input input--num", "check": "", "lookup": "", "tokens": "",
    "radio": "", "checks": "",
}  # fmt: skip
LINES = 3  # of an area whose form does not say how high it is


def without_dashes(widget: Any) -> None:
    """A choice of nothing is shown as nothing is shown elsewhere, not as a row of dashes."""
    widget.choices = [(value, "–" if label == DASHES else label) for value, label in widget.choices]


@register.filter
def control(bound: forms.BoundField) -> SafeString:
    """The control itself, with the kit's class and what a screen reader needs."""
    made_of = kind(bound)
    attributes: dict[str, Any] = {}
    css = CLASSES.get(made_of, "input")
    if made_of == "select":
        without_dashes(bound.field.widget)
    if isinstance(bound.field, forms.DecimalField) or (made_of == "number" and len(str(bound.value() or "")) > SHORT):
        css += " input--amount"
    if css:
        attributes["class"] = f"{css} {bound.field.widget.attrs.get('class', '')}".strip()
    described = [f"{bound.id_for_label}-error"] if bound.errors else []
    if bound.help_text:
        described.append(f"{bound.id_for_label}-hint")
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if made_of == "password":
        attributes.setdefault("autocomplete", "new-password")
    if made_of == "textarea" and bound.field.widget.attrs.get("rows") == forms.Textarea().attrs["rows"]:
        attributes["rows"] = LINES
    if made_of == "text" and bound.field.disabled:
        attributes["readonly"] = True
    return bound.as_widget(attrs=attributes)


@register.inclusion_tag("kit/field.html", takes_context=True)
def field(context: Context, bound: forms.BoundField, variant: str = "") -> dict[str, Any]:
    """`{% field form.name %}`: label, control, hint and error; `variant` is "top" or "wide".

    No condition opens a field that the server has closed.
    """
    condition = (context.get("enabled_when") or {}).get(getattr(bound, "name", ""), "")
    off, fixed = is_off(bound, condition), getattr(getattr(bound, "field", None), "disabled", False)
    return {"bound": bound, "variant": variant, "condition": "" if fixed else condition, "off": off}


def is_off(bound: forms.BoundField, condition: str) -> bool:
    """Whether the field's condition does not hold for the values the form now has."""
    if not condition:
        return False
    form = bound.form
    return not conditions.holds(condition, lambda name: form[name].value() if name in form.fields else "")


@register.simple_tag
def named_field(form: forms.BaseForm, name: str) -> Any:
    """A form's field by name; nothing where the form has none of this name."""
    return form[name] if name in form.fields else None


@register.filter
def unlocal(number: float) -> str:
    """A number for SVG: always with a point, in every language."""
    return f"{number:g}"


@register.filter
def is_section(item: Any) -> bool:
    """Whether an item of a tab's column is a titled section."""
    return isinstance(item, layout.Section)


@register.filter
def has_errors(tab: layout.Tab, form: forms.BaseForm) -> bool:
    """Whether a field of the tab is in error."""
    return any(name in form.errors for name in tab.fields)


@register.filter
def get(values: Mapping[Any, Any], key: Any) -> Any:
    """A value out of a mapping."""
    return values.get(key, "")
