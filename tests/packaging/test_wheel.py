"""The wheel holds all that Mailroom needs to run."""

import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, freshly built."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("mailroom_hub-*.whl")))


def test_pages_scripts_styles_and_browser_assets_are_inside(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    kept = {"templates", "static", "locale"}
    ours = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "mailroom").rglob("*")
        if path.is_file() and kept & set(path.parts) and path.suffix not in {".pyc", ".po"}
    }
    assert {name for name in ours if name.endswith(("jodit.min.js", "htmx.min.js", "kit/base.html", "tokens.css"))}
    assert ours <= inside


def test_it_names_its_dependencies_with_the_releases_that_were_tried(wheel: zipfile.ZipFile) -> None:
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    required = message_from_bytes(wheel.read(name)).get_all("Requires-Dist", [])
    wanted = [line for line in (ROOT / "requirements/base.in").read_text().splitlines() if line and line[0] != "#"]
    assert len(required) == len(wanted)
    assert all("~=" in line for line in required)


def test_the_unpacked_wheel_runs_without_a_checkout(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILROOM_", "DJANGO_"))}
    environment = kept | {"PYTHONPATH": str(tmp_path / "site"), "MAILROOM_DATA": str(tmp_path / "data")}
    code = (
        "import mailroom, sys; print(mailroom.__path__[0]); from mailroom.faces.cli.main import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "migrate"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "site"))
