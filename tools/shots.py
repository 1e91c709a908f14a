"""Take a picture of every page in two widths, two themes and two languages, into shots/ (which git ignores).

    python tools/shots.py [--only outage,desk] [--readme]

Starts a demo desk of its own on a free port. `--readme` also writes the pictures of the README into docs/pictures/.
"""

import argparse
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

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "shots"
PICTURES = ROOT / "docs" / "pictures"
WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}
THEMES = ("light", "dark")
LANGUAGES = ("fr", "en")

# name: (who looks, address); {outage} and {draft} are numbers found on the desk
PAGES = {
    "public": ("", "/"),
    "public-outage": ("", "/{lang}/status/{thread}.html"),
    "public-past": ("", "/{lang}/past.html"),
    "login": ("", "/accounts/login/"),
    "today": ("amina", "/today"),
    "wall": ("amina", "/today/wall"),
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
FOR_THE_README = {"public", "desk", "outage", "composer", "wall"}


@contextmanager
def demo_desk() -> Iterator[str]:
    """A demo desk on a free port, in a folder of its own; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = tempfile.mkdtemp(prefix="vigie-shots-")
    command = [sys.executable, "-m", "vigie", "demo", "--listen", f"127.0.0.1:{port}", "--data", data]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", process)
            yield f"http://127.0.0.1:{port}"
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
