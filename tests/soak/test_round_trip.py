"""A thousand generated mails, built and read by our own parser, unchanged."""

import pytest

from tests.unit.mime import test_build

test_generated_mails_read_back_as_they_were_meant = test_build.test_generated_mails_read_back_as_they_were_meant


@pytest.fixture(autouse=True)
def _a_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_build, "COUNT", 1000)
