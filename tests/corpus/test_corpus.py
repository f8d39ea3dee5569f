"""The corpus of foreign mail: nothing crashes, and agreement never falls below what was reached."""

import json

import pytest

from tests.corpus import reader, reasons, structures, table
from tests.corpus.claims import Claim

pytestmark = pytest.mark.skipif(not reader.ROOT.is_dir(), reason="the corpus is not here: set MAILROOM_CORPUS")
LEAST = {"bounce": 97.0, "reply": 92.0, "threads": 100.0, "charset": 97.0, "structure": 98.0, "attachments": 98.0}


@pytest.fixture(scope="module")
def found() -> list[Claim]:
    """Every claim of the corpus."""
    return table.all_claims()


def test_every_file_gives_an_object() -> None:
    """T19: no file of the corpus raises, and each has its words, a structure and JSON."""
    for sample in reader.samples():
        message = sample.message
        json.dumps(message.to_json()).encode("utf-8", "surrogatepass")
        assert message.part_count >= 1, sample.path


@pytest.mark.parametrize("area", sorted(LEAST))
def test_agreement_is_kept(area: str, found: list[Claim]) -> None:
    """A capability agrees with the sources at least as far as it did."""
    agree, total = table.agreement(found, area)
    assert total
    assert 100 * agree / total >= LEAST[area], [claim for claim in found if claim.area == area and not claim.agrees]


def test_every_disagreement_has_its_reason(found: list[Claim]) -> None:
    """The published table explains itself."""
    assert [claim for claim in found if not claim.agrees and not reasons.reason(claim.file, claim.fact)] == []


def test_our_tree_and_that_of_the_standard_library_agree() -> None:
    """The fast path and the careful path see the same parts, where the message is sound."""
    differing = []
    for sample in reader.samples():
        kinds, sound = structures.theirs(sample.raw)
        if sound and structures.ours(sample.raw) != kinds:
            differing.append(sample.path)
    assert len(differing) <= 8, differing


def test_winmail_dat_is_unpacked() -> None:
    """T50: of every winmail.dat that is whole, a body or files come out."""
    opened = 0
    for sample in reader.samples():
        if sample.capability == "tnef" and not sample.path.endswith((".dat", ".tnef")):
            message = sample.message
            opened += bool(message.text.strip() or [a for a in message.attachments if a.name != "winmail.dat"])
    assert opened
