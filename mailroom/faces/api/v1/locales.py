"""System locales (SM200550): the languages that people and templates may use."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja import Status as Answer
from pydantic import Field

from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.records.organisation import system_locales
from mailroom.records.organisation.models import SystemLocale

router = Router(tags=["locales"])


class LocaleIn(Schema):
    """A locale; its code stands in the address."""

    description: str = Field(max_length=system_locales.LONGEST_DESCRIPTION)
    active: bool = True
    time_zone: str | None = Field(None, max_length=64)


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_locales(request: HttpRequest) -> list[dict[str, Any]]:
    """All of them, by code."""
    rights.administrator(request)
    return [_shown(locale) for locale in SystemLocale.objects.all()]


@router.get("/{code}", response={200: dict[str, Any], **ERRORS})
def show_locale(request: HttpRequest, code: str) -> dict[str, Any]:
    """One locale."""
    rights.administrator(request)
    return _shown(_find(code))


@router.put("/{code}", response={200: dict[str, Any], **ERRORS})
def save_locale(request: HttpRequest, code: str, values: LocaleIn) -> dict[str, Any]:
    """Create a locale, or change the one of this code; the default one stays active."""
    rights.administrator(request)
    return _shown(system_locales.save(code, values.description, values.active, values.time_zone))


@router.post("/{code}/make-default", response={200: dict[str, Any], **ERRORS})
def make_default(request: HttpRequest, code: str) -> dict[str, Any]:
    """Make it the one that new people and templates begin with."""
    rights.administrator(request)
    locale = _find(code)
    system_locales.make_default(locale)
    return _shown(locale)


@router.delete("/{code}", response={204: None, **ERRORS})
def delete_locale(request: HttpRequest, code: str) -> Any:
    """Take a locale away; the default one is refused (409)."""
    rights.administrator(request)
    system_locales.delete(_find(code))
    return Answer(204, None)


def _find(code: str) -> SystemLocale:
    locale = SystemLocale.objects.filter(code__iexact=code.replace("\x00", "")).first()
    if locale is None:
        raise Http404
    return locale


def _shown(locale: SystemLocale) -> dict[str, Any]:
    return {name: getattr(locale, name) for name in ("code", "description", "active", "default", "time_zone")}
