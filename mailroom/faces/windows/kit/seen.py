"""What a record's page showed, field by field, so that a save over somebody else's is noticed (decision 134)."""

import json
from typing import Any

from django import forms
from django.utils.crypto import salted_hmac

NAME = "seen"
SALT = "mailroom.seen"
LETTERS = 12


class Stale(Exception):
    """Somebody saved the record since the page was made; `fields` are the labels of what would be written over."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def of(form: Any) -> str:
    """A word for each value of a form that is not posted yet, for the page to keep; nobody can read the value in it."""
    return " ".join(f"{name}:{word}" for name, word in _words(form).items())


def check(posted: str, form: Any, stored: Any) -> None:
    """Raises Stale when a posted form would write over what another save left in `stored`, a form as it stands now.

    A field that both saved alike is no matter, so a form that is sent twice goes through.
    """
    seen = dict(word.split(":", 1) for word in posted.split() if ":" in word)
    now = _words(stored)
    moved = [name for name, word in now.items() if seen.get(name, word) != word]
    ours, theirs = _beside(form), _beside(stored)
    found = [form[name].label for name in moved if name in form.fields and _would_change(form, stored, name)]
    found += [label for name, (label, value) in ours.items() if name in moved and value != theirs[name][1]]
    if found:
        raise Stale(list(dict.fromkeys(str(label) for label in found)))


def _words(form: Any) -> dict[str, str]:
    values = {bound.name: _value(bound) for bound in form if _counts(form, bound)}
    values |= {name: value for name, (_label, value) in _beside(form).items()}
    return {name: _word(name, value) for name, value in values.items()}


def _counts(form: Any, bound: forms.BoundField) -> bool:
    """Whether a field is one that a person fills in; `unseen` of a form names those that keep what is stored."""
    unseen = bound.name in getattr(form, "unseen", ())
    return not (unseen or bound.is_hidden or isinstance(bound.field, forms.FileField))


def _value(bound: forms.BoundField) -> Any:
    value = bound.value()
    if isinstance(bound.field, forms.ModelMultipleChoiceField):
        return sorted(str(one) for one in value or ())
    return "" if value is None else value


def _beside(form: Any) -> dict[str, tuple[Any, Any]]:
    """Label and value of what a form keeps that is no field of it, such as the lines of a table."""
    beside: dict[str, tuple[Any, Any]] = form.beside() if hasattr(form, "beside") else {}
    return beside


def _word(name: str, value: Any) -> str:
    text = f"{name}\0{json.dumps(value, default=str, sort_keys=True)}"
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:LETTERS]


def _would_change(form: Any, stored: Any, name: str) -> bool:
    field, initial = form.fields[name], stored.get_initial_for_field(stored.fields[name], name)
    given = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    if isinstance(given, str):
        given = given.replace("\r\n", "\n")
    return bool(field.has_changed(initial, given)) and form.cleaned_data.get(name) != initial
