"""How a run that did not succeed is told: what was wrong, where, what to do; on stderr, never as a traceback."""

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from vigie.cli.words import gettext as _

REFUSED = 1
BAD_INPUT = 2
UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h: neither refused nor badly asked; ours to mend
INTERRUPTED = 130


class Misconfigured(Exception):
    """The configuration has faults: nothing was tried."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class Wrong(Exception):
    """Bad usage that typer can't see: a time that is none, a file that is not there. Exit 2."""

    def __init__(self, words: str, *, hint: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint


class DatabaseAway(Exception):
    """The database did not answer as it should; the text is its own."""


def say(*lines: str) -> None:
    """Lines on stderr."""
    for line in lines:
        if line:
            sys.stderr.write(f"{line}\n")


def tell(error: Exception, *, debug: bool) -> int:
    """Say what ended the run, and return its exit code."""
    if debug and not isinstance(error, (typer.TyperException, typer.Abort)):
        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, typer.Abort):
        say(_("Stopped."))
        return INTERRUPTED
    if isinstance(error, typer.TyperException):
        show = getattr(error, "show", None)  # typer keeps the class that has it to itself
        show(file=sys.stderr) if show else say(f"vigie: {error}")
        return BAD_INPUT
    if isinstance(error, Wrong):
        say(f"vigie: {error.words}", error.hint)
        return BAD_INPUT
    if isinstance(error, DatabaseAway):
        return _database_away(error)
    if isinstance(error, Misconfigured):
        say(
            _("vigie: the configuration has faults:"),
            *(f"  {fault}" for fault in error.faults),
            _("Mend them; “vigie check-config” looks at everything."),
        )
        return BAD_INPUT
    return _told_by_the_house(error)


def _told_by_the_house(error: Exception) -> int:
    from django.db import Error as DatabaseError  # noqa: PLC0415 # only a run that set Django up comes here

    from vigie.kernel.errors import BadInput, Missing, VigieError  # noqa: PLC0415 # same

    if isinstance(error, VigieError):
        where = f"[{error.field}] " if error.field else ""
        say(f"vigie: {where}{error.message}", str(error.hint))
        return BAD_INPUT if isinstance(error, (BadInput, Missing)) else REFUSED
    if isinstance(error, DatabaseError):
        return _database_away(error)
    return _unexpected(error)


def _database_away(error: Exception) -> int:
    words = str(error).strip().splitlines() or [type(error).__name__]
    say(_("vigie: the database does not answer as it should: %(words)s") % {"words": words[0]})
    if "unable to open database file" in words[0]:
        say(_("“vigie migrate” makes it; so does the first “vigie serve”."))
    elif "no such table" in words[0] or "no such column" in words[0] or "does not exist" in words[0]:
        say(_("Its tables are missing or old: run “vigie migrate”."))
    else:
        say(_("“vigie check-config” looks at it."))
    return UNEXPECTED


def _unexpected(error: Exception) -> int:
    say(_("vigie: an error that nobody expected: %(words)s") % {"words": _one_line(error)})
    if file := _kept(error):
        say(_("Its details are in %(file)s; please report it with them.") % {"file": file})
    else:
        say(_("Run it again with --debug for its details, and please report it."))
    return UNEXPECTED


def _one_line(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"[:300] if first else type(error).__name__


def _kept(error: Exception) -> Path | None:
    """Where the traceback was written; None if it can't be."""
    try:
        from django.conf import settings  # noqa: PLC0415 # same

        options: Any = settings.OPTIONS
        file = Path(options.data) / "errors.log"
        with os.fdopen(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8"
        ) as out:
            out.write("".join(traceback.format_exception(error)) + "\n")
    except Exception:  # noqa: BLE001 # telling must not fail in its turn
        return None
    return file
