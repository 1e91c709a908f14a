"""Take a picture of every page in two widths, two themes and two languages, into shots/ (which git ignores).

    python tools/shots.py [--only outage,desk] [--like fr-wide-light] [--readme]

Pages are those of tests/permissions.txt: a page added later is taken without a word here, or named as one that no link
leads to (exit 1). Starts a demo desk of its own on a free port. `--readme` also writes the pictures of the README into docs/pictures/.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import django
from django.urls import Resolver404, resolve
from playwright.sync_api import (
    APIRequestContext,
    Browser,
    BrowserContext,
    FilePayload,
    Page,
    StorageState,
    ViewportSize,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, it finds its neighbour
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in this thread

from tools.reach import follow, pages  # noqa: E402 # after the path is set

VIGIE = str(Path(sys.executable).with_name("vigie"))
SHOTS = ROOT / "shots"
PICTURES = ROOT / "docs" / "pictures"
WIDTHS: dict[str, ViewportSize] = {
    "wide": {"width": 1280, "height": 900},
    "narrow": {"width": 390, "height": 844},
}
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
LANGUAGES = ("fr", "en")

# Which pages there are is read from tests/permissions.txt, their addresses from links that are followed (tools/reach.py).
# Here stand only those that no link of the demo leads to, and those whose example matters.
# name: (who looks, address); numbers in braces are found on the desk or made there
HERE: dict[str, tuple[str, str]] = {
    "public-outage": ("", "/{page}"),
    "public-past": ("", "/{lang}/past.html"),
    "home": ("", "/"),
    "account_login": ("", "/accounts/login/"),
    "account_reset_password": ("", "/accounts/password/reset/"),
    "subscribe": ("", "/subscriptions"),
    "desk-operator": ("operator", "/desk"),
    "kit": ("support", "/desk/kit"),
    "kit_wall": ("support", "/desk/kit/wall"),
    "kit_public": ("support", "/desk/kit/public"),
    "stray_alarms": ("support", "/desk/alarms"),
    "owed": ("lead", "/desk/owed"),
    "failed_reactions": ("lead", "/desk/reactions"),
    "outage": ("support", "/outages/{outage}"),
    "outage_report": ("support", "/outages/{past}/report"),
    "outage_reopen": ("support", "/outages/{past}/reopen"),
    "outage_data": ("support", "/outages/{past}/data"),
    "outage_extend": ("support", "/outages/{outage}/extend"),
    "notice_version": ("support", "/outages/{outage}/notices/{draft}"),
    "sign": ("lead", "/sign/{sign}?lang={lang}"),
    "import_file": ("administrator", "{import}"),
    "list_edit": ("support", "{list}"),
    "escalation_answer": ("", "{answer}"),
    "mailbox": ("", "/demo/mailbox"),
    "demo": ("", "/demo/"),
}
ROLES = (
    "support",
    "lead",
    "operator",
    "administrator",
    "",
)  # the first who comes to a page is who looks at it
BIGGEST = 150_000  # bytes of a picture in the README
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# the pictures of the README: name of the page, name of the picture
FOR_THE_README = {
    "home": "public",
    "desk": "desk",
    "outage": "outage",
    "notice_version": "composer",
    "wall": "wall",
    "coverage": "coverage",
    "calendar": "calendar",
    "jobs": "jobs",
}


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


def hang_sign(page: Page, base: str) -> str:
    """A lead makes a sign; returns the token of its address."""
    page.goto(f"{base}/duty/+signs/add")
    page.locator("input[name=label]").fill("B12")
    page.locator("main form .primary").click()
    return page.locator("#page").input_value().rsplit("/", 1)[-1]


def look_at_a_file(page: Page, base: str) -> str:
    """An administrator hands in a file with one line that is new and one that is bad; returns the look's address."""
    page.goto(f"{base}/import")
    page.locator("select[name=kind]").select_option("experiments")
    rows = b"code,name\ncassini,Cassini\n,nobody\n"
    page.locator("input[type=file]").set_input_files(
        FilePayload(name="experiments.csv", mimeType="text/csv", buffer=rows)
    )
    page.locator("main form .primary").click()
    page.wait_for_url("**/import/*")
    return urlsplit(page.url).path


def keep_a_list(page: Page, base: str) -> str:
    """Support writes down a list; returns its address."""
    page.goto(f"{base}/recipients/lists/new")
    page.locator("input[name=name]").fill("Users")
    page.locator("input[name=address]").fill("users@valmorin.example")
    page.locator("main form .primary").click()
    page.goto(f"{base}/recipients")
    return page.locator("a[href^='/recipients/lists/']:not([href$='/new'])").first.get_attribute("href") or ""


def answered_call(page: Page, base: str) -> str:
    """The link of a mail that called somebody, as it lies in the demo's mailbox."""
    page.goto(f"{base}/demo/mailbox")
    for mail in page.locator("a[href^='/demo/mailbox/']").all():
        html = page.request.get(base + (mail.get_attribute("href") or "")).text()
        if found := re.search(r"/escalations/answer/[\w:.=-]+", html):
            return found[0]
    return ""


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
        print(f"{name}: {address} answered {answer.status if answer else 'nothing'}", file=sys.stderr)
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


def walk(browser: Browser, people: dict[str, StorageState], base: str) -> dict[str, tuple[str, str]]:
    """{name: (who looks, address)} of every page that a link leads to, for the first of ROLES who comes there."""
    met: dict[str, tuple[str, str]] = {}
    for who in ROLES:
        context = browser.new_context(storage_state=people[who])

        def read(address: str, request: APIRequestContext = context.request) -> str | None:
            answer = request.get(base + address)
            return answer.text() if answer.ok and "html" in answer.headers.get("content-type", "") else None

        for name, found in follow(read, name_of, ["/desk" if who else "/"], base=base).items():
            met.setdefault(name, (who, found.address))
        context.close()
    return met


def name_of(address: str) -> str | None:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None


def made(browser: Browser, people: dict[str, StorageState], base: str, outage: str) -> dict[str, str]:
    """What some pages show has to be made first: {word of an address: what stands there}."""

    def by(who: str, act: Callable[[Page, str], str]) -> str:
        page = browser.new_context(storage_state=people[who]).new_page()
        try:
            return act(page, base)
        finally:
            page.context.close()

    return {
        "draft": begin_update(browser, base, people["support"], outage),
        "sign": by("lead", hang_sign),
        "import": by("administrator", look_at_a_file),
        "list": by("support", keep_a_list),
        "answer": by("", answered_call),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="names of pages (tests/permissions.txt), with commas")
    parser.add_argument(
        "--like", default="", help="only these looks, with commas: fr-wide-light,en-narrow-dark"
    )
    parser.add_argument("--readme", action="store_true", help="also write the pictures of the README")
    options = parser.parse_args()
    django.setup()
    lost: list[str] = []
    with demo_desk() as (base, data), sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        people = {who: logged_in(browser, base, who) for who in ROLES}
        found = numbers(data)
        found |= made(browser, people, base, found["outage"])
        only = {name for name in options.only.split(",") if name}
        there = HERE if only and only <= set(HERE) else walk(browser, people, base) | HERE
        lost = sorted(set(pages()) - set(there)) if not only else sorted(only - set(there))
        wanted = sorted(only & set(there) or (set(pages()) & set(there)) | set(HERE))
        for look in product(LANGUAGES, WIDTHS, THEMES):
            if not options.like or "-".join(look) in options.like.split(","):
                album(browser, people, base, {name: there[name] for name in wanted}, found, look=look)
        if options.readme:
            picture_of_sign(browser.new_context(), base, found["sign"])
            for name in set(FOR_THE_README) & set(wanted):
                who, address = there[name]
                target = FOR_THE_README[name]
                for_the_readme(browser, people[who], base, target, written(address, found, "en"))
        browser.close()
    print(f"{len(list(SHOTS.glob('*.png')))} pictures in {SHOTS.relative_to(ROOT)}/")
    for name in lost:
        print(f"{name}: no link leads there; add one, or say in tools/shots.py where it is", file=sys.stderr)
    return 1 if lost else 0


def written(address: str, found: dict[str, str], language: str) -> str:
    for word, number in {**found, "lang": language, "page": found[f"page_{language}"]}.items():
        address = address.replace(f"{{{word}}}", number)
    return address


def album(
    browser: Browser,
    people: dict[str, StorageState],
    base: str,
    wanted: dict[str, tuple[str, str]],
    found: dict[str, str],
    *,
    look: tuple[str, str, Theme],
) -> None:
    """Every wanted page in one look: a context per person."""
    language, width, theme = look
    contexts: dict[str, BrowserContext] = {}
    for name, (who, address) in wanted.items():
        if who not in contexts:
            contexts[who] = browser.new_context(
                viewport=WIDTHS[width], color_scheme=theme, locale=language, storage_state=people[who]
            )
            contexts[who].add_cookies([{"name": "django_language", "value": language, "url": base}])
        target = SHOTS / f"{name}-{'-'.join(look)}.png"
        take(contexts[who], base, name, written(address, found, language), target)
    for context in contexts.values():
        context.close()


if __name__ == "__main__":
    sys.exit(main())
