"""docs/journeys.md lists every journey once, and each test that it names exists."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT.parent / "shared" / "spec" / "journeys.yaml"
ROWS = re.findall(r"^\| ([a-z0-9-]*[a-z0-9]) \| (.+) \|$", (ROOT / "docs" / "journeys.md").read_text(), re.MULTILINE)


def test_each_test_that_the_table_names_exists() -> None:
    named = [place for _journey, words in ROWS for place in re.findall(r"`(tests/[^`]+\.py(?:::\w+)?)`", words)]
    assert named
    for place in named:
        file, _, function = place.partition("::")
        assert f"def {function}" in (ROOT / file).read_text(), place


@pytest.mark.skipif(not SPEC.exists(), reason="the list of journeys is not beside the repository")
def test_every_journey_is_listed_once() -> None:
    assert [journey for journey, _words in ROWS] == [one["id"] for one in yaml.safe_load(SPEC.read_text())]
