"""Take a picture of every page in two widths, two themes and two languages, into shots/ (which git ignores).

    python tools/shots.py [--only outage,desk] [--readme]

Starts a demo desk of its own on a free port. `--readme` also writes the pictures of the README into docs/pictures/.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import BrowserContext, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "shots"
PICTURES = ROOT / "docs" / "pictures"
WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LANGUAGES = ("fr", "en")

# name: (who looks, address); {outage} and {draft} are numbers found on the desk
PAGES = {
    "public": ("", "/"),
    "public-outage": ("", "/{lang}/status/{thread}.html"),
    "public-past": ("", "/{lang}/past.html"),
    "login": ("", "/accounts/login/"),
    "today": ("operator", "/today"),
    "wall": ("operator", "/today/wall"),
    "desk": ("support", "/desk"),
    "desk-operator": ("operator", "/desk"),
    "declare": ("operator", "/outages/new"),
    "outages": ("support", "/outages"),
    "outage": ("support", "/outages/{outage}"),
    "report": ("support", "/outages/{past}/report"),
    "composer": ("support", "/outages/{outage}/notices/{draft}"),
    "notices": ("support", "/notices"),
    "people": ("administrator", "/people"),
    "duty": ("lead", "/duty"),
    "services": ("lead", "/services"),
    "experiments": ("support", "/experiments"),
    "kit": ("support", "/desk/kit"),
    "mailbox": ("", "/demo/mailbox"),
    "demo": ("", "/demo/"),
}
FIRST = ("en", "light", "wide")
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FOR_THE_README = {"public", "desk", "outage", "composer", "wall"}


@contextmanager
def demo_desk() -> Iterator[tuple[str, Path]]:
    """A demo desk on a free port; yields its address and its data folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = tempfile.mkdtemp(prefix="vigie-shots-")
    command = [sys.executable, "-m", "vigie", "demo", "--listen", f"127.0.0.1:{port}", "--data", data]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", process)
            yield f"http://127.0.0.1:{port}", Path(data)
        finally:
            process.terminate()
            process.wait(20)
            shutil.rmtree(data, ignore_errors=True)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("the demo desk did not start; run `vigie demo` to see why")
        try:
            urllib.request.urlopen(url, timeout=2)  # noqa: S310 # our own address on loopback
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the demo desk did not answer within a minute")


def numbers(data: Path) -> dict[str, str]:
    """What the addresses need: an ongoing outage, its draft and thread, a past one; asked of the demo itself."""
    command = [sys.executable, "-m", "vigie", "outage", "list", "--json"]
    environment = {**os.environ, "VIGIE_STORE_DATA": str(data)}
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    rows = json.loads(answer.stdout)
    rows = rows["outages"] if isinstance(rows, dict) else rows
    ongoing = next(row for row in rows if row["state"] == "ongoing")
    past = next(row for row in rows if row["state"] == "reviewed")
    return {"outage": str(ongoing["id"]), "past": str(past["id"]), "thread": str(ongoing["thread"])}


def log_in(context: BrowserContext, base: str, who: str) -> None:
    """Press the role button of the demo's page."""
    page = context.new_page()
    page.goto(f"{base}/demo/")
    page.locator(f"button[data-role='{who}']").first.click()
    page.close()


def take(context: BrowserContext, base: str, name: str, address: str, target: Path) -> None:
    page = context.new_page()
    answer = page.goto(base + address, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise SystemExit(f"{name}: {address} answered {answer.status if answer else 'nothing'}")
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, full_page=True)
    page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="names of pages, with commas")
    parser.add_argument("--readme", action="store_true", help="also write the pictures of the README")
    options = parser.parse_args()
    wanted = {name for name in options.only.split(",") if name} or set(PAGES)
    with demo_desk() as (base, data), sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        found = numbers(data)
        for language in LANGUAGES:
            for theme in THEMES:
                for width, (across, down) in WIDTHS.items():
                    for name in sorted(wanted):
                        who, address = PAGES[name]
                        context = browser.new_context(
                            viewport={"width": across, "height": down}, color_scheme=theme, locale=language
                        )
                        context.add_cookies([{"name": "django_language", "value": language, "url": base}])
                        if who:
                            log_in(context, base, who)
                        address = address.format(lang=language, **found)
                        target = SHOTS / f"{name}-{language}-{width}-{theme}.png"
                        take(context, base, name, address, target)
                        if options.readme and name in FOR_THE_README and (language, theme, width) == FIRST:
                            PICTURES.mkdir(parents=True, exist_ok=True)
                            shutil.copy(target, PICTURES / f"{name}.png")
                        context.close()
        browser.close()
    print(f"{len(list(SHOTS.glob('*.png')))} pictures in {SHOTS.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
