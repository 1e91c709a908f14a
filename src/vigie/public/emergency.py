"""When the desk is down: publish one notice by hand into the folder of the public site.

    python3 emergency.py FOLDER --service "All services" --what-fr "…" --what-en "…" --since 13:05 --next-update 14:30
    python3 emergency.py FOLDER --withdraw

Runs anywhere with Python 3.11, from this file alone. Without options it asks. The notice stands on top of the first
pages (fr and en), marked as published by hand, and in flash.json, status.json, the flash texts, the feeds and api/v2; a second
one replaces the first. The next real build takes it away.
"""

import argparse
import fcntl
import json
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import format_datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

LANGUAGES = ("fr", "en")
LIMITS = {"service": 120, "what_fr": 500, "what_en": 500}
LINE = 200
WEEK = timedelta(days=7)
SLACK = timedelta(minutes=5)  # a start a little in the future: clocks differ
OPEN, CLOSE = "<!--by-hand-->", "<!--/by-hand-->"
BETWEEN = re.compile(f"{OPEN}.*?{CLOSE}", re.DOTALL)
MADE = "<!--page made by hand-->"
MARK = {"fr": "[publié à la main]", "en": "[published by hand]"}
SQUARE = '<svg class="shape down" viewBox="0 0 16 16" aria-hidden="true"><path d="M2 2h12v12H2z"/></svg>'
DAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
LABELS = {
    "service": "What is hit, in words of users (« Tous les services »)",
    "what_fr": "What happens, in French",
    "what_en": "What happens, in English",
    "since": "Since when (13:05, or 2026-11-22 13:05)",
    "next_update": "Next update by (14:30, or +45min)",
}


class BadInput(Exception):
    """What was typed can't be published; the message says what to type instead."""


@dataclass(frozen=True)
class Notice:
    """What is told, and when; times are aware."""

    service: str
    what_fr: str
    what_en: str
    since: datetime
    next_update: datetime
    published: datetime

    def what(self, language: str) -> str:
        return self.what_fr if language == "fr" else self.what_en


def text(name: str, value: str) -> str:
    """One line of text within its limit."""
    clean = " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in value).split())
    option = f"--{name.replace('_', '-')}"
    if not clean:
        raise BadInput(f"{option}: say something; both languages are needed.")
    if len(clean) > LIMITS[name]:
        raise BadInput(f"{option}: {len(clean)} characters, {LIMITS[name]} at most.")
    return clean


def moment(name: str, value: str, now: datetime, *, past: bool) -> datetime:
    """13:05, 13h05, 2026-11-22 13:05, +45min, or ISO with an offset; a bare time is the last one, or the next."""
    typed = value.strip().lower()
    if span := re.fullmatch(r"([+-])(\d{1,4})\s*(min|m|h)", typed):
        step = timedelta(hours=int(span[2])) if span[3] == "h" else timedelta(minutes=int(span[2]))
        return now + step if span[1] == "+" else now - step
    if bare := re.fullmatch(r"(\d{1,2})\s*[:h]\s*(\d{2})", typed):
        hour, minute = int(bare[1]), int(bare[2])
        if hour < 24 and minute < 60:  # noqa: PLR2004 # hours and minutes of a day
            today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
            if past:
                return today if today <= now + SLACK else today - timedelta(days=1)
            return today if today > now else today + timedelta(days=1)
    with suppress(ValueError):
        at = datetime.fromisoformat(value.strip())
        return at.replace(tzinfo=at.tzinfo or now.tzinfo)
    raise BadInput(f"--{name}: “{value}” is not a time; write 13:05 or 2026-11-22 13:05 or +45min.")


def notice(values: dict[str, str], now: datetime) -> Notice:
    """All five answers, checked; `BadInput` says which is wrong and how to write it."""
    since = moment("since", values["since"], now, past=True)
    after = moment("next-update", values["next_update"], now, past=False)
    if not now - WEEK <= since <= now + SLACK:
        raise BadInput("--since: must lie within the last 7 days.")
    if not now < after <= now + WEEK:
        raise BadInput("--next-update: must lie ahead, within 7 days.")
    service, what_fr, what_en = (text(name, values[name]) for name in ("service", "what_fr", "what_en"))
    return Notice(service, what_fr, what_en, since, after, now)


def spoken(at: datetime, language: str) -> str:
    """Sunday 22 November 2026 at 13:05 (CET)."""
    day, month = DAYS[language].split()[at.weekday()], MONTHS[language].split()[at.month - 1]
    number = "1er" if language == "fr" and at.day == 1 else str(at.day)
    if language == "fr":
        return f"{day} {number} {month} {at.year} à {at.hour}\u00a0h\u00a0{at:%M} ({at.tzname()})"
    return f"{day} {number} {month} {at.year} at {at:%H:%M} ({at.tzname()})"


def sentence(what: Notice, language: str) -> str:
    since = spoken(what.since, language)
    return (
        f"{what.service}\u00a0: arrêt depuis {since}."
        if language == "fr"
        else f"{what.service}: down since {since}."
    )


def promise(what: Notice, language: str) -> str:
    by = spoken(what.next_update, language)
    return f"Prochaine information avant {by}." if language == "fr" else f"Next update by {by}."


def by_hand(what: Notice, language: str) -> str:
    at = spoken(what.published, language)
    if language == "fr":
        return f"Publié à la main, {at}, pendant que le poste de suivi est hors d’atteinte. Le reste de la page peut être périmé."
    return (
        f"Published by hand, {at}, while the desk is out of reach. The rest of the page may be out of date."
    )


def band(what: Notice, language: str) -> str:
    return (
        f'{OPEN}<div class="band hand" role="region" aria-label="{escape(MARK[language][1:-1])}" lang="{language}">'
        f"<p>{SQUARE} <strong>{escape(sentence(what, language))}</strong> {escape(what.what(language))} "
        f"<strong>{escape(promise(what, language))}</strong></p>"
        f"<p>{escape(by_hand(what, language))}</p></div>{CLOSE}"
    )


def line(what: Notice, language: str) -> str:
    """At most 200 characters, marked at its end."""
    said = f"{sentence(what, language)} {what.what(language)}"
    room = LINE - len(MARK[language]) - 1
    return f"{said if len(said) <= room else said[: room - 1] + '…'} {MARK[language]}"


def ascii_only(said: str) -> str:
    plain = unicodedata.normalize("NFKD", said.replace("’", "'").replace("œ", "oe").replace("…", "~"))
    return plain.encode("ascii", "ignore").decode()[:LINE]


# --- changing the files: each function takes the old content (None: no file) and gives the new (None: no file) ---

Change = Callable[[str | None], str | None]


def page(language: str, root: str, what: Notice | None) -> Change:
    def change(old: str | None) -> str | None:
        new = band(what, language) if what else OPEN + CLOSE
        if old is None or MADE in old:
            return _own_page(language, root, new) if what else None
        if BETWEEN.search(old):
            return BETWEEN.sub(lambda _: new, old, count=1)
        return re.sub(r"(<body[^>]*>)", lambda found: found[1] + new, old, count=1) if what else old

    return change


def _own_page(language: str, root: str, new: str) -> str:
    title = "État des services" if language == "fr" else "Status of services"
    return (
        f'<!doctype html>\n{MADE}<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{root}assets/site.css"></head><body><main><h1>{title}</h1>{new}</main></body></html>\n'
    )


def data(key: str, what: Notice | None) -> Change:
    """flash.json and status.json: the notice under `by_hand`, and on top of the list."""

    def change(old: str | None) -> str | None:
        try:
            content = json.loads(old or "{}")
        except ValueError:
            content = {}
        before = content.pop("by_hand", {})
        content |= {"state": before["state_before"]} if "state_before" in before else {}
        rows = [row for row in content.get(key) or [] if not row.get("by_hand")]
        content[key] = rows
        if what:
            entry = _entry(what)
            content["by_hand"] = dict(entry)
            if "state" in content:
                content["by_hand"]["state_before"] = content["state"]
                content["state"] = "down"
            content[key] = [entry, *rows]
        elif old is None:
            return None
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    return change


def _entry(what: Notice) -> dict[str, object]:
    return {
        "by_hand": True,
        "state": "down",
        "phase": "ongoing",
        "starts_at": stamp(what.since),
        "next_update_by": stamp(what.next_update),
        "published_at": stamp(what.published),
        "title": {language: sentence(what, language) for language in LANGUAGES},
        "flash": {language: line(what, language) for language in LANGUAGES},
    }


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def lines(language: str, what: Notice | None, shape: Callable[[str], str]) -> Change:
    def change(old: str | None) -> str | None:
        mark = shape(MARK[language])
        kept = [each for each in (old or "").splitlines() if not each.endswith(mark)]
        if what:
            said = shape(line(what, language))
            kept.insert(0, said if said.endswith(mark) else f"{said[: LINE - len(mark) - 1]} {mark}")
        return "".join(f"{each}\n" for each in kept) if what or old is not None else None

    return change


def feed(what: Notice | None, entry: Callable[[Notice, str], str], made: str) -> Change:
    """An Atom or RSS file: the entry where entries begin; `made` is “element>when” of when it was written."""

    def change(old: str | None) -> str | None:
        if old is None or not BETWEEN.search(old):
            return old
        found = re.search(r"<id>([^<]*)</id>", old)
        new = entry(what, found[1] if found else "vigie") if what else ""
        old = BETWEEN.sub(lambda _: OPEN + new + CLOSE, old, count=1)
        return re.sub(f"<{made.partition('>')[0]}>[^<]*<", f"<{made}<", old, count=1)

    return change


def _said(what: Notice, language: str) -> tuple[str, str]:
    title = f"{sentence(what, language)} {MARK[language]}"
    return title, f"{what.what(language)} {promise(what, language)} {by_hand(what, language)}"


def in_atom(language: str, now: datetime) -> Callable[[Notice, str], str]:
    def entry(what: Notice, name: str) -> str:
        title, said = (escape(text) for text in _said(what, language))
        return (
            f"<entry><id>{name}:by-hand:{what.since:%Y%m%d%H%M}</id><title>{title}</title>"
            f"<published>{stamp(what.since)}</published><updated>{stamp(now)}</updated><content>{said}</content></entry>"
        )

    return entry


def in_rss(language: str) -> Callable[[Notice, str], str]:
    def entry(what: Notice, name: str) -> str:
        title, said = (escape(text) for text in _said(what, language))
        mark = f"{name}:by-hand:{what.since:%Y%m%d%H%M}:{what.published:%Y%m%d%H%M}"  # what was corrected is a new item
        return (
            f'<item><title>{title}</title><guid isPermaLink="false">{mark}</guid>'
            f"<pubDate>{format_datetime(what.published)}</pubDate><description>{escape(said)}</description></item>"
        )

    return entry


def statuspage(what: Notice | None) -> Change:
    """A file of api/v2: an incident on top, the worst state over all; what it said before stands under `by_hand`."""

    def change(old: str | None) -> str | None:
        try:
            content = json.loads(old or "")
            content |= content.pop("by_hand", {})
            before = {key: content[key] for key in ("page", "status", "incidents") if key in content}
            if what:
                at = stamp(what.published)
                content |= {"by_hand": before, "page": content["page"] | {"updated_at": at}}
                if "status" in before:
                    content["status"] = {"indicator": "critical", "description": "Major System Outage"}
                if "incidents" in before:
                    content["incidents"] = [_incident(what, at, content["page"]), *before["incidents"]]
        except (ValueError, TypeError, KeyError):
            return old
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    return change


def _incident(what: Notice, at: str, site: dict[str, str]) -> dict[str, object]:
    title, said = (text.replace("<", "‹").replace(">", "›") for text in _said(what, "en"))
    times = {"created_at": at, "updated_at": at}
    update: dict[str, object] = {
        **times,
        "id": "by-hand-1",
        "incident_id": "by-hand",
        "status": "investigating",
        "body": said,
        "display_at": at,
        "affected_components": [],
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }
    return {
        **times,
        "id": "by-hand",
        "name": title,
        "status": "investigating",
        "impact": "critical",
        "monitoring_at": None,
        "resolved_at": None,
        "started_at": stamp(what.since),
        "page_id": site["id"],
        "shortlink": f"{site['url']}/en/index.html",
        "incident_updates": [update],
        "components": [],
    }


def changes(what: Notice | None, now: datetime, first: str) -> dict[str, Change]:
    """Every file that is touched; the pages last. `first` is the language of the folder's own index.html."""
    found: dict[str, Change] = {}
    for language in LANGUAGES:
        found[f"feeds/news.{language}.atom"] = feed(what, in_atom(language, now), f"updated>{stamp(now)}")
        built = f"lastBuildDate>{format_datetime(now.astimezone(UTC), usegmt=True)}"
        found[f"feeds/news.{language}.rss"] = feed(what, in_rss(language), built)
        found[f"flash.{language}.txt"] = lines(language, what, str)
        found[f"motd.{language}.txt"] = lines(language, what, ascii_only)
    for name in ("summary", "status", "incidents", "incidents/unresolved"):
        found[f"api/v2/{name}.json"] = statuspage(what)
    found["flash.json"] = data("flashes", what)
    found["status.json"] = data("outages", what)
    for language in LANGUAGES:
        found[f"{language}/index.html"] = page(language, "../", what)
    found["index.html"] = page(first, "", what)
    return found


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Not while a build writes the same folder."""
    (folder / ".vigie").mkdir(exist_ok=True)
    with (folder / ".vigie" / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def apply(folder: Path, what: Notice | None, now: datetime) -> list[str]:
    """Write everything beside its place, then put it there; on a fault nothing is touched. Returns the paths."""
    staged: list[tuple[str, str | None]] = []
    try:
        for path, change in changes(what, now, first_language(folder)).items():
            target = folder / path
            old = target.read_text("utf-8") if target.exists() else None
            new = change(old)
            if new == old:
                continue
            staged.append((path, None if new is None else _stage(target, new)))
        for path, ready in staged:
            if ready is None:
                (folder / path).unlink(missing_ok=True)
            else:
                Path(ready).replace(folder / path)
    finally:
        for _path, ready in staged:
            if ready is not None:
                Path(ready).unlink(missing_ok=True)
    return [path for path, _ready in staged]


def _stage(target: Path, content: str) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".by-hand-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(content)
            out.flush()
            os.fchmod(out.fileno(), 0o644)
            os.fsync(out.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return name


def first_language(folder: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return "en" if '<html lang="en"' in (folder / "index.html").read_text("utf-8") else "fr"
    return "fr"


def zone_of(folder: Path, named: str) -> tzinfo | None:
    """The zone named, else the centre's (status.json says it), else this host's; `BadInput` without a folder."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder. Name the one that holds index.html of the public site.")
    if named:
        try:
            return ZoneInfo(named)
        except (KeyError, ValueError, OSError):
            raise BadInput(
                f"--zone: “{named}” is not a time zone here; write it like Europe/Paris."
            ) from None
    with suppress(OSError, ValueError, KeyError, TypeError):
        return ZoneInfo(json.loads((folder / "status.json").read_text("utf-8"))["time_zone"])
    return None


def answers(given: argparse.Namespace) -> dict[str, str]:
    """What was given as options; the rest is asked for, if somebody is there to answer."""
    values = {name: getattr(given, name) for name in LABELS}
    missing = [name for name, value in values.items() if value is None]
    if missing and not sys.stdin.isatty():
        raise BadInput(f"missing: {', '.join('--' + name.replace('_', '-') for name in missing)}")
    for name in missing:
        values[name] = input(f"{LABELS[name]}: ")
    return values


def parser(program: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=program, description=(__doc__ or "").split("\n", maxsplit=1)[0])
    made.add_argument("folder", type=Path, help="folder of the public site: the one that holds index.html")
    for name, label in LABELS.items():
        made.add_argument(f"--{name.replace('_', '-')}", help=label)
    made.add_argument("--zone", default="", help="time zone of the times; the site's own if left out")
    made.add_argument("--withdraw", action="store_true", help="take the notice published by hand away")
    return made


def signed(arguments: Sequence[str]) -> list[str]:
    """`--since -20min` as people type it: argparse would take -20min for an option."""
    joined = re.sub(r"(--since|--next-update)\0(-\d)", r"\1=\2", "\0".join(arguments))
    return [part for part in joined.split("\0") if part]


def main(arguments: Sequence[str] | None = None, program: str = "emergency.py") -> int:
    """0 done, 1 the folder can't be written, 2 something was typed wrongly."""
    given = parser(program).parse_args(signed(sys.argv[1:] if arguments is None else arguments))
    folder: Path = given.folder
    try:
        zone = zone_of(folder, given.zone)
        now = datetime.now(UTC).astimezone(zone)
        what = None if given.withdraw else notice(answers(given), now)
        with locked(folder):
            touched = apply(folder, what, now)
    except BadInput as error:
        print(f"{program}: {error}", file=sys.stderr)  # noqa: T201 # a program of its own
        return 2
    except (OSError, UnicodeDecodeError) as error:
        print(f"{program}: {folder} can't be changed: {error}. Nothing was changed.", file=sys.stderr)  # noqa: T201 # same
        return 1
    print(f"{'Published by hand' if what else 'Withdrawn'}: {', '.join(touched) or 'nothing to change'}.")  # noqa: T201 # same
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
