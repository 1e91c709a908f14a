"""Keep the French catalogue whole: merge its parts, or check that nothing is missing or badly set.

    python tools/messages.py           parts/*.fr.po -> fr/LC_MESSAGES/django.po, sorted, and its .mo
    python tools/messages.py --check   every string of the code has a French text, well set; nothing is written
    python tools/messages.py --missing print the entries that lack a French text, ready to be filled in

The parts are what people edit; the merged file can always be made again (that settles a conflict in it). While merging,
an apostrophe between letters becomes ’. Exit 1 with one line per fault: where, what, and what to do.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "vigie"
PARTS = PACKAGE / "locale" / "parts"
MERGED = PACKAGE / "locale" / "fr" / "LC_MESSAGES" / "django.po"

Key = tuple[str | None, str | tuple[str, ...]]

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_MARKUP = re.compile(r"<[^>]*>|&\w+;|https?:\S+")
_FAULTS = (
    (re.compile(r" [;!?]"), "a plain space stands before ; ! or ?: put U+202F"),
    (re.compile(r" :(?=\s|$)"), "a plain space stands before a colon: put U+00A0"),
    (re.compile(r"[^\W\d_)»][;!?](?=\s|$)"), "nothing stands before ; ! or ?: put U+202F"),
    (re.compile(r"[^\W\d_)»]:(?=\s|$)"), "nothing stands before a colon: put U+00A0"),
    (re.compile(r'"'), "a straight quotation mark: write « … »"),
    (re.compile(r"«(?![\u00a0\u202f])|(?<![\u00a0\u202f])»"), "« and » need U+00A0 inside"),
    (re.compile(r"\.\.\."), "three points: write …"),
)


def key(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else tuple(message.id)


def texts(message: Message) -> list[str]:
    """The French of an entry: one text, or one per plural form."""
    strings = message.string
    return [strings] if isinstance(strings, str) else list(strings or [])


def shown(message: Message) -> str:
    return repr(message.id if isinstance(message.id, str) else message.id[0])[:90]


def read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale="fr", domain="django")


def entries(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _curly(text: str) -> str:
    return re.sub(r"(?<=[^\W\d_])'(?=[^\W\d_])", "’", text)


def merge() -> tuple[Catalog, list[str]]:
    """All parts as one catalogue, and a fault for each string that two parts translate differently."""
    found: dict[Key, tuple[Message, Path]] = {}
    faults = []
    for part in sorted(PARTS.glob("*.fr.po")):
        for message in entries(read(part)):
            french = [_curly(text) for text in texts(message)]
            message.string = french[0] if isinstance(message.id, str) else tuple(french)
            other = found.get(key(message))
            if other is None or not any(texts(other[0])):
                found[key(message)] = (message, part)
            elif any(french) and texts(other[0]) != french:
                faults.append(
                    f"{part.name} and {other[1].name} translate {shown(message)} differently: agree on one, or give one a context"
                )
    merged = Catalog(locale="fr", domain="django", project="Vigie", version="1", charset="utf-8", fuzzy=False)
    merged.header_comment = "# Made from locale/parts/*.fr.po by tools/messages.py: edit those."
    merged.last_translator, merged.language_team, merged.msgid_bugs_address = "The Vigie developers", "fr", ""
    for _, (message, _part) in sorted(
        found.items(), key=lambda item: (str(item[0][1]).lower(), item[0][0] or "")
    ):
        merged.add(
            message.id,
            message.string,
            flags=set(message.flags),
            context=message.context,
            user_comments=message.user_comments,
        )
    return merged, faults


def extract() -> Catalog:
    """Every string of the code, as Django's own makemessages finds it, in a copy that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "vigie"
        ignore = shutil.ignore_patterns("locale", "test_*", "__pycache__", "migrations", "*.js")
        shutil.copytree(PACKAGE, copy, ignore=ignore)
        (copy / "locale").mkdir()
        environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "--locale=fr", "--no-wrap", "--verbosity=0"],
            cwd=copy,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"makemessages can't read the code; correct it first:\n{done.stderr}")
        return read(copy / "locale" / "fr" / "LC_MESSAGES" / "django.po")


def _place(message: Message) -> str:
    return "{}:{}".format(*message.locations[0]) if message.locations else "?"


def typography(message: Message) -> list[str]:
    """What is badly set in one entry, and placeholders lost or invented in translation."""
    faults = []
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = set(_PLACEHOLDER.findall(originals[-1]))
    for french in filter(None, texts(message)):
        bare = _MARKUP.sub("", french)
        faults += [
            f"{shown(message)} → {french[:60]!r}: {advice}" for fault, advice in _FAULTS if fault.search(bare)
        ]
        invented = set(_PLACEHOLDER.findall(french)) - wanted
        lost = wanted - set(_PLACEHOLDER.findall(french)) if isinstance(message.id, str) else set()
        faults += [f"{shown(message)}: {name} is in one language only" for name in sorted(invented | lost)]
    return faults


def missing(catalogue: Catalog) -> list[Message]:
    """Strings of the code that the catalogue lacks, or holds empty or fuzzy."""
    have = {key(message): message for message in entries(catalogue)}
    absent = []
    for message in entries(extract()):
        french = have.get(key(message))
        if french is None or french.fuzzy or not texts(french) or not all(texts(french)):
            absent.append(message)
    return absent


def check() -> list[str]:
    """All faults of the French catalogue, one line each; empty when it is whole."""
    merged, faults = merge()
    faults += [
        f"{_place(message)}: no French for {shown(message)}; add it to a file in locale/parts"
        for message in missing(merged)
    ]
    faults += [fault for message in entries(merged) for fault in typography(message)]
    if not MERGED.exists() or _contents(merged) != _contents(read(MERGED)):
        faults.append("django.po is not what its parts make: run python tools/messages.py and commit it")
    return faults


def _contents(catalogue: Catalog) -> dict[Key, list[str]]:
    return {key(message): texts(message) for message in entries(catalogue)}


def write(merged: Catalog) -> None:
    MERGED.parent.mkdir(parents=True, exist_ok=True)
    merged.creation_date = merged.revision_date = datetime(
        2026, 1, 1, tzinfo=UTC
    )  # a real one conflicts in every merge
    with MERGED.open("wb") as out:
        write_po(out, merged, width=0, omit_header=False)
    with MERGED.with_suffix(".mo").open("wb") as out:
        write_mo(out, merged)


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        faults = check()
    elif arguments == ["--missing"]:
        blank = Catalog(locale="fr")
        for message in missing(merge()[0]):
            blank.add(
                message.id, locations=message.locations, context=message.context, flags=set(message.flags)
            )
        write_po(sys.stdout.buffer, blank, width=0, omit_header=True)
        return 0
    elif not arguments:
        merged, faults = merge()
        if not faults:
            write(merged)
            print(f"{len(list(entries(merged)))} entries in {MERGED.relative_to(ROOT)}")
    else:
        print(__doc__)
        return 2
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
