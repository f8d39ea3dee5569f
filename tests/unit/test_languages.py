"""Languages: catalogues without system tools, pages and dates in the person's language, sign-in by the browser's."""

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client
from django.utils import translation

from mailroom.faces.windows.kit import cells
from mailroom.records.organisation.models import User

TOOL = Path(__file__).resolve().parents[2] / "assets" / "messages.py"


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    """The tool of `make messages`."""
    spec = importlib.util.spec_from_file_location("messages", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_texts_of_templates_are_found_with_their_plurals(messages: ModuleType) -> None:
    source = (
        '{% load i18n %}{% translate "Save" %}{% translate "%s selected" as x %}'
        "{% blocktranslate count n=3 %}{{ n }} file{% plural %}{{ n }} files{% endblocktranslate %}"
    )
    assert list(messages.of_template(source)) == ["Save", "%%s selected", ("%(n)s file", "%(n)s files")]


def test_texts_within_f_strings_are_found(messages: ModuleType) -> None:
    source = """f"{words} {_('Today')}"; translation.ngettext("%d file", "%d files", count); _(variable)"""
    assert sorted(messages.of_code(source), key=str) == [("%d file", "%d files"), "Today"]


def test_no_translation_loses_or_invents_a_value(messages: ModuleType) -> None:
    for language in messages.LANGUAGES:
        assert messages.wrong(language) == []


def test_missing_translations_are_listed(messages: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "texts", lambda: iter([("Save", "x.py"), ("Nobody has translated this", "x.py")]))
    assert messages.missing("nb") == ["Nobody has translated this"]


@pytest.mark.django_db
def test_a_window_speaks_the_persons_language(client: Client, administrator: User) -> None:
    User.objects.filter(pk=administrator.pk).update(language="nb")
    client.force_login(User.objects.get(pk=administrator.pk), "django.contrib.auth.backends.ModelBackend")
    page = client.get("/sm205020/", headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="nb"' in page
    assert "Automatiske planer" in page
    assert "Automation schedules" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "words"), [("nb-NO,nb;q=0.9", "Logg inn"), ("en", "Sign in"), ("fr", "Sign in")])
def test_the_sign_in_page_speaks_the_browsers_language(client: Client, asked: str, words: str) -> None:
    assert words in client.get("/login/", headers={"Accept-Language": asked}).content.decode()


def test_dates_are_written_as_the_language_writes_them() -> None:
    moment, now = datetime(2025, 5, 17, 10, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)
    with translation.override("nb"):
        assert "17 mai 2025" in cells.moment(moment, now)
    with translation.override("en"):
        assert "17 May 2025" in cells.moment(moment, now)


def test_today_and_months_are_written_as_the_language_writes_them() -> None:
    now = datetime(2026, 12, 24, 12, tzinfo=UTC)
    with translation.override("nb"):
        assert "I dag" in cells.moment(now, now, long=True)
        assert "1 des" in cells.moment(datetime(2026, 12, 1, 12, tzinfo=UTC), now)
    with translation.override("en"):
        assert "1 Dec" in cells.moment(datetime(2026, 12, 1, 12, tzinfo=UTC), now)
