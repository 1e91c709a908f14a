"""What all pages share: the frame around each, the style sheet, and the digest of all that they depend on."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from vigie.notices.rules import LANGUAGES
from vigie.public import queries, texts

HERE = Path(__file__).resolve().parent
ASSETS = HERE / "assets"
Render = Callable[[], bytes]


@dataclass(frozen=True)
class Page:
    """A file of the site. `depends`: while that stays the same, so do its bytes; None: rendered at every build."""

    path: str
    render: Render
    depends: str | None = None


@cache
def kit() -> str:
    """What all pages depend on: templates, words, styles, names of the installation."""
    found = hashlib.sha256(f"{settings.OPTIONS['site.name']}".encode())
    for name in ("site.url", "site.public_url", "site.contact", "site.time_zone", "public.heartbeat"):
        found.update(f"{name}={settings.OPTIONS[name]}\n".encode())
    sources = [path for path in HERE.rglob("*") if path.suffix in {".py", ".html", ".css", ".js"}]
    for path in sorted(sources) + sorted(HERE.parent.glob("locale/*/LC_MESSAGES/django.mo")):
        found.update(path.read_bytes())
    found.update(stylesheet())
    return found.hexdigest()[:12]


@cache
def stylesheet() -> bytes:
    """One small sheet: the desk's tokens, then the public pages' own rules; comments and indentation taken out."""
    tokens = finders.find("vigie/tokens.css")
    assert isinstance(tokens, str), "vigie/tokens.css is part of the package"
    text = Path(tokens).read_text("utf-8") + (ASSETS / "site.css").read_text("utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip().encode()


def assets() -> dict[str, Render]:
    return {
        "assets/site.css": stylesheet,
        "assets/fresh.js": (ASSETS / "fresh.js").read_bytes,
        "assets/icon.svg": (ASSETS / "icon.svg").read_bytes,
    }


def html(template: str, language: str, path: str, now: datetime, **context: Any) -> bytes:
    """A page at `path` in one language; all its links are relative, so that the folder works from anywhere."""
    with translation.override(language):
        root = "../" * path.count("/")
        other = next(each for each in LANGUAGES if each != language)
        base = {
            "language": language,
            "other": other,
            "other_label": {"fr": "Français", "en": "English"}[other],
            "other_url": f"{root}{path.replace(f'{language}/', f'{other}/', 1) if '/' in path else f'{other}/index.html'}",
            "root": root,
            "here": f"{root}{language}/",
            "kit": kit(),
            "centre": settings.OPTIONS["site.name"],
            "contact": settings.OPTIONS["site.contact"],
            "desk": settings.OPTIONS["site.url"],
            "heartbeat": settings.OPTIONS["public.heartbeat"],
            "stale_note": texts.stale_note(),
            "now": now,
            "zone": texts.zone_words(now),
        }
        if not context.get("kept"):
            base["news"] = queries.last_published()[0]  # what fresh.js compares heartbeat.json with
        return render_to_string(f"public/{template}.html", base | context).encode()
