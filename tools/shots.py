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
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, StorageState, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
VIGIE = str(Path(sys.executable).with_name("vigie"))
SHOTS = ROOT / "shots"
PICTURES = ROOT / "docs" / "pictures"
WIDTHS: dict[str, ViewportSize] = {
    "wide": {"width": 1280, "height": 900},
    "narrow": {"width": 390, "height": 844},
}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LANGUAGES = ("fr", "en")

# name: (who looks, address); {outage}, {past} and {draft} are numbers found on the desk, {sign} a sign's token
PAGES = {
    "public": ("", "/"),
    "public-outage": ("", "/{page}"),
    "public-past": ("", "/{lang}/past.html"),
    "login": ("", "/accounts/login/"),
    "today": ("operator", "/today"),
    "wall": ("operator", "/today/wall"),
    "sign": ("lead", "/sign/{sign}?lang={lang}"),
    "signs": ("lead", "/duty/+signs"),
    "calendars": ("operator", "/duty/+calendars"),
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
BIGGEST = 150_000  # bytes of a picture in the README
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
    command = [VIGIE, "demo", "--listen", f"127.0.0.1:{port}", "--data", data]
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
    """What the addresses need: an ongoing outage and a past one; asked of the demo itself."""
    command = [VIGIE, "outage", "list", "--json"]
    environment = {**os.environ, "VIGIE_STORE_DATA": str(data)}
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    rows = json.loads(answer.stdout)
    ongoing = next(row for row in rows if row["state"] == "ongoing")
    past = next(row for row in rows if row["state"] == "reviewed")
    for _ in range(300):  # the worker builds the public site once the desk answers
        if (data / "public" / "status.json").exists():
            break
        time.sleep(0.1)
    told = json.loads((data / "public" / "status.json").read_text("utf-8"))["outages"][0]["page"]
    return {
        "outage": str(ongoing["id"]),
        "past": str(past["id"]),
        **{f"page_{lang}": told[lang] for lang in LANGUAGES},
    }


def begin_update(browser: Browser, base: str, support: StorageState, outage: str) -> str:
    """Support begins the update that is owed; returns the draft's number."""
    page = browser.new_context(storage_state=support).new_page()
    page.goto(f"{base}/outages/{outage}")
    page.locator("#opening .primary").click()
    page.wait_for_url("**/notices/*")
    number = page.url.rsplit("/", 1)[-1]
    page.context.close()
    return number


def hang_sign(browser: Browser, base: str, lead: StorageState) -> str:
    """A lead makes a sign; returns the token of its address."""
    page = browser.new_context(storage_state=lead).new_page()
    page.goto(f"{base}/duty/+signs/add")
    page.locator("input[name=label]").fill("B12")
    page.locator("main form .primary").click()
    token = page.locator("#page").input_value().rsplit("/", 1)[-1]
    page.context.close()
    return token


def picture_of_sign(context: BrowserContext, base: str, token: str) -> None:
    """For the README: the very bytes that an e-paper display gets."""
    answer = context.request.get(f"{base}/sign/{token}.png?size=800x480&lang=en")
    (PICTURES / "sign.png").write_bytes(answer.body())


def logged_in(browser: Browser, base: str, who: str) -> StorageState:
    """Press the role button of the demo's page; returns the cookies that stay. "": a stranger, without any."""
    context = browser.new_context()
    if who:
        page = context.new_page()
        page.goto(f"{base}/demo/")
        page.locator(f"button[data-role='{who}']").first.click()
        page.wait_for_url("**/desk")
    cookies = context.storage_state()
    context.close()
    return cookies


def take(
    context: BrowserContext, base: str, name: str, address: str, target: Path, *, whole: bool = True
) -> None:
    """Picture of the whole page, or of what a screen shows of it."""
    page = context.new_page()
    answer = page.goto(base + address, wait_until="load")
    if answer is None or not answer.ok:
        raise SystemExit(f"{name}: {address} answered {answer.status if answer else 'nothing'}")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        print(f"{target.name}: wider than the screen", file=sys.stderr)
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, full_page=whole)
    page.close()


def for_the_readme(browser: Browser, cookies: StorageState, base: str, name: str, address: str) -> None:
    """One screen, a little smaller: every clone of the repository carries it."""
    context = browser.new_context(
        viewport=WIDTHS["wide"],
        device_scale_factor=0.7,
        color_scheme="light",
        locale="en",
        storage_state=cookies,
    )
    context.add_cookies([{"name": "django_language", "value": "en", "url": base}])
    take(context, base, name, address, PICTURES / f"{name}.png", whole=False)
    context.close()
    if (PICTURES / f"{name}.png").stat().st_size > BIGGEST:
        print(f"{name}.png is bigger than {BIGGEST // 1000} kB", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="names of pages, with commas")
    parser.add_argument("--readme", action="store_true", help="also write the pictures of the README")
    options = parser.parse_args()
    wanted = {name for name in options.only.split(",") if name} or set(PAGES)
    with demo_desk() as (base, data), sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        found = numbers(data)
        people = {who: logged_in(browser, base, who) for who in {PAGES[name][0] for name in wanted}}
        if "composer" in wanted:
            found["draft"] = begin_update(browser, base, people["support"], found["outage"])
        if "sign" in wanted:
            found["sign"] = hang_sign(browser, base, people["lead"])
            if options.readme:
                picture_of_sign(browser.new_context(), base, found["sign"])
        for language, theme, width in product(LANGUAGES, THEMES, WIDTHS):
            for name in sorted(wanted):
                who, address = PAGES[name]
                context = browser.new_context(
                    viewport=WIDTHS[width], color_scheme=theme, locale=language, storage_state=people[who]
                )
                context.add_cookies([{"name": "django_language", "value": language, "url": base}])
                address = address.format(lang=language, page=found[f"page_{language}"], **found)
                take(context, base, name, address, SHOTS / f"{name}-{language}-{width}-{theme}.png")
                context.close()
                if options.readme and name in FOR_THE_README and (language, theme, width) == FIRST:
                    for_the_readme(browser, people[who], base, name, address)
        browser.close()
    print(f"{len(list(SHOTS.glob('*.png')))} pictures in {SHOTS.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
