"""Debian's Chromium under Playwright: console messages, page errors and foreign requests fail the test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.servers import processes

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
]


def executable() -> str:
    """Where Debian's or Ubuntu's Chromium is."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise processes.ServerNotStarted("Chromium is missing; run python tests/servers/packages.py")
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for all tests of this process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), headless=True, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Makes pages: `open_page(viewport=PHONE, color_scheme="dark")`. What went wrong in any of them fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def make(**options: object) -> Page:
        context = chromium.new_context(**({"viewport": DESK, "locale": "en-GB"} | options))  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _check_message(message.type, message.text, troubles))
        page.on("pageerror", lambda error: troubles.append(f"page error: {error}"))
        page.on("request", lambda request: _check_host(request.url, troubles))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not troubles


def _check_message(kind: str, text: str, troubles: list[str]) -> None:
    hidden = kind in {"verbose", "debug"}  # hints that a console hides unless asked
    meant = "status of 422" in text or "status of 409" in text  # answers that refuse a form; Chromium reports each
    if not hidden and not meant:
        troubles.append(f"console {kind}: {text}")


def _check_host(url: str, troubles: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"} and parts.hostname not in {"127.0.0.1", "localhost"}:
        troubles.append(f"request to another host: {url}")


def axe(page: Page, *more: str) -> list[str]:
    """Accessibility violations on the page, a line each; `more` names rules that are asked besides the usual ones."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setBypassCSP", {"enabled": True})
    page.evaluate(AXE.read_text())
    options = {"resultTypes": ["violations"], "rules": {rule: {"enabled": True} for rule in more}}
    result = page.evaluate("options => axe.run(document, options)", options)
    session.send("Page.setBypassCSP", {"enabled": False})
    return [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in result["violations"]]
