"""Takes the screenshots of docs/screens from the demo world: wide and phone, light and dark.

    python docs/screens/take.py [FOLDER]

Starts `mailroom up --demo` over a data folder of its own on a free port and walks it with Debian's Chromium.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
PAGES = {
    "overview": "/",
    "incoming": "/co409000/",
    "all-emails": "/co409070/",
    "sent": "/co409080/",
    "pending": "/sm507000/",
    "send-receive": "/sm507010/",
    "compose": "/cr306015/new/",
    "accounts": "/sm204002/",
    "preferences": "/sm204001/",
    "users": "/sm201010/",
    "cases": "/cr306000/",
    "case": "/cr306000/C-001284/",
    "contacts": "/cr302000/",
    "contact": "/cr302000/2/",
    "leads": "/cr301000/",
    "business-accounts": "/cr303000/",
    "events": "/cr306030/",
    "event": "/cr306030/1/",
    "expense-receipts": "/ep301020/",
    "expense-receipt": "/ep301020/R-000001/",
    "tasks": "/cr306020/",
    "employees": "/ep203000/",
    "schedules": "/sm205020/",
    "templates": "/sm204003/",
    "settings": "/sm203010/",
    "set-up": "/setup/",
    "quarantine": "/sm507020/",
    "quarantined-files": "/sm507030/",
    "canned-texts": "/cr306016/",
    "document": "/cr309000/1/",
    "assignment-maps": "/ep205000/",
    "case-classes": "/cr206000/",
    "campaigns": "/cr202000/",
    "marketing-lists": "/cr204000/",
    "mass-emails": "/cr308000/",
    "notification-events": "/sm204010/",
    "audit-trail": "/sm205530/",
    "unsubscribed": "/cr204010/",
    "locales": "/sm200550/",
    "functionalities": "/cs100000/",
}
PORTAL = {"portal": "/portal/", "portal-case": "/portal/cases/C-001287/"}
CUSTOMER = "nora.whitfield@harbourpine.example.org"
DIALOGS = {"link-to": ("Actions", "Link to"), "create-case": ("Create", "Case"), "snooze": ("Actions", "Snooze")}
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
LINK = re.compile(r"http://\S+")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def demo() -> Iterator[tuple[str, dict[str, str]]]:
    """Run the product with its demo company; yields the one-time sign-in link and the environment of a command."""
    with tempfile.TemporaryDirectory() as data:
        port = str(free_port())
        environment = {**os.environ, "MAILROOM_DATA": data, "MAILROOM_PORT": port, "PYTHONUNBUFFERED": "1"}
        command = [str(Path(sys.executable).with_name("mailroom")), "up", "--demo"]
        notes = Path(data) / "start.txt"
        with notes.open("w") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own command
        try:
            yield sign_in_link(notes, process), environment
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def sign_in_link(notes: Path, process: "subprocess.Popen[bytes]") -> str:
    """Wait for the link that the start prints, then for the server to answer."""
    limit = time.monotonic() + 90
    while time.monotonic() < limit and process.poll() is None:
        links = [found for found in LINK.findall(notes.read_text()) if found.count("/") > 3]
        if links:
            time.sleep(6)  # the first receive and the pages' files
            return links[0]
        time.sleep(0.2)
    raise SystemExit(f"The demo did not start:\n{notes.read_text()}")


def take_portal(browser: Browser, base: str, environment: dict[str, str], folder: Path) -> int:
    """The portal as a customer sees it; returns how many pictures were taken."""
    command = [str(Path(sys.executable).with_name("mailroom")), "portal", "link", CUSTOMER]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    page = browser.new_page()
    page.goto(f"{base}/portal/{done.stdout.strip().partition('/portal/')[2]}")
    page.locator("main button").first.click()
    page.wait_for_url("**/portal/")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            for name, path in PORTAL.items():
                page.goto(base + path)
                page.screenshot(path=folder / f"{name}-{size}-{theme}.png")
    return len(SIZES) * 2 * len(PORTAL)


def take(browser: Browser, link: str, folder: Path) -> int:
    """One picture a page, size and theme; returns how many were taken."""
    base = link.split("/", 3)[0] + "//" + link.split("/", 3)[2]
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.locator("form[method=post] button").first.click()
    page.wait_for_url(lambda address: "/login/" not in address)
    pages = dict(PAGES)
    page.goto(base + "/co409000/")
    conversation = page.locator("a[data-open]", has_text="faktura 104821").first
    if conversation.count():
        href = str(conversation.get_attribute("href"))
        pages["reader"] = href if href.startswith("/") else "/co409000/" + href
    taken = 0
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            for name, path in pages.items():
                answer = page.goto(base + path, wait_until="networkidle")
                if answer is None or not answer.ok:
                    sys.stderr.write(f"{path}: {answer.status if answer else 'no answer'}\n")
                    continue
                page.screenshot(path=folder / f"{name}-{size}-{theme}.png")
                taken += 1
            for name, (menu, command) in DIALOGS.items():
                open_dialog(page, base, menu, command)
                page.screenshot(path=folder / f"{name}-{size}-{theme}.png")
                taken += 1
    context.close()
    return taken


def open_dialog(page: Page, base: str, menu: str, command: str) -> None:
    """Choose the first email of Incoming and a command that opens a dialog."""
    page.goto(base + "/co409000/")
    page.locator("html[data-ready]").wait_for()
    page.locator("#list tbody input[name=ids]").first.check()
    page.locator(".toolbar summary", has_text=menu).click()
    page.locator(".toolbar details[open] .menu__item", has_text=command).first.click()
    page.locator("#dialog[open]").wait_for()
    page.wait_for_load_state("networkidle")


def main(arguments: list[str]) -> int:
    """Take all pictures into the folder named in the arguments (default: beside this script)."""
    folder = Path(arguments[0]) if arguments else HERE
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with demo() as (link, environment), sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        taken = take(browser, link, folder)
        taken += take_portal(browser, "/".join(link.split("/")[:3]), environment, folder)
        browser.close()
    sys.stderr.write(f"{taken} pictures in {folder}\n")
    return 0 if taken else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
