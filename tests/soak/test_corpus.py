"""Every mail of the corpus, imported and opened in its window, and fetched by IMAP."""

import pytest

from tests.unit.receiving import test_importing, test_the_corpus_by_imap

archive = test_importing.archive
test_the_corpus_arrives_whole_by_imap = test_the_corpus_by_imap.test_the_corpus_arrives_whole_by_imap
test_the_whole_corpus_is_imported_and_opens = test_importing.test_the_whole_corpus_is_imported_and_opens


@pytest.fixture(autouse=True)
def _each(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (test_importing, test_the_corpus_by_imap):
        monkeypatch.setattr(module, "EVERY", 1)
