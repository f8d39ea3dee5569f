"""Every mail of the corpus, imported and opened in its window."""

import pytest

from tests.unit.receiving import test_importing

archive = test_importing.archive
test_the_whole_corpus_is_imported_and_opens = test_importing.test_the_whole_corpus_is_imported_and_opens


@pytest.fixture(autouse=True)
def _each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_importing, "EVERY", 1)
