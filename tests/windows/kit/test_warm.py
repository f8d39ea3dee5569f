"""The web process prepares itself before the first visitor comes."""

import logging

import pytest
from django.template import engines

from mailroom.faces import warm


def test_warming_up_compiles_the_templates_it_names(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        warm.up()
    assert not caplog.records
    assert all(engines["django"].get_template(name) for name in (*warm.TEMPLATES, *warm.READERS))


def test_a_web_process_starts_even_where_a_page_is_broken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(warm, "TEMPLATES", ("no/such.html",))
    warm.up()
    assert "could not prepare" in caplog.text
