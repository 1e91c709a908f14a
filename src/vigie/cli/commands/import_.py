"""`vigie import KIND FILE…`: first what it would change; with --yes it is done."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from vigie.cli import output
from vigie.cli.actor import acting
from vigie.cli.errors import BAD_INPUT, REFUSED, Wrong, say
from vigie.cli.options import As, AsJson, single
from vigie.cli.words import gettext as _
from vigie.dayone import actions
from vigie.dayone.actions import Outcome, outcome_of
from vigie.dayone.actions.accounts import COMMAND, LDAP
from vigie.dayone.difference import Difference, as_words
from vigie.dayone.kind import Kind
from vigie.dayone.kinds import KINDS, kind_of
from vigie.dayone.kinds.accounts import ACCOUNTS
from vigie.dayone.table import BadLine
from vigie.kernel.access import Actor

app = single()
Found = tuple[str, Difference, Outcome | None]
SHOWN = 50  # lines of each sort for the eye; --json gives all


@app.command("import", help=_("Bring CSV or TOML files in: first what they would change, then --yes."))
def import_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=", ".join(KINDS))],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE…]", help=_("CSV, or TOML by its name."))
    ] = None,
    *,
    from_command: Annotated[
        bool, typer.Option("--from-command", help=_("Accounts: ask the configured command."))
    ] = False,
    from_ldap: Annotated[
        bool, typer.Option("--from-ldap", help=_("Accounts: ask the configured directory."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do it."))] = False,
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    wanted, actor = kind_of(kind), acting(as_)
    asked = [name for name, on in ((COMMAND, from_command), (LDAP, from_ldap)) if on]
    if bool(asked) == bool(files) or (asked and wanted.name != ACCOUNTS.name):
        raise Wrong(_("Name files, or for accounts --from-command or --from-ldap."))
    good = bad = 0
    found: list[dict[str, Any]] = []
    for name, seen, done in [
        *(_from_file(actor, wanted, file, yes=yes) for file in files or ()),
        *(_from_source(actor, source, yes=yes) for source in asked),
    ]:
        lines = done.bad if done else seen.bad
        good, bad = good + len(seen.steps) + seen.unchanged, bad + len(lines)
        if as_json:
            found.append({"file": name, **as_dict(seen, done)})
            continue
        _tell(name, seen, done)
        for line in lines:
            say(output.clean(f"{name}:{line.number}: {line.reason} ({line.text})"))
    if as_json:
        output.as_json(found)
    elif not yes and good:
        output.line(_("Nothing is written yet; add --yes."))
    if bad:
        raise typer.Exit(REFUSED if good else BAD_INPUT)


def _from_file(actor: Actor, kind: Kind, file: Path, *, yes: bool) -> Found:
    seen = actions.look(actor, kind, _bytes(file), toml=file.suffix.lower() == ".toml")
    return str(file), seen, actions.apply(actor, seen) if yes else None


def _from_source(actor: Actor, source: str, *, yes: bool) -> Found:
    seen = actions.look_at(actor, source)
    if yes:
        actions.take(actor, source, seen)
    return source, seen, outcome_of(seen) if yes else None


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror}.") from None


def _tell(name: str, seen: Difference, done: Outcome | None) -> None:
    if done is None:
        _steps(_("new"), [(seen.label(step), _line(seen, step, "{0}: {2}")) for step in seen.added])
        _steps(
            _("changes"), [(seen.label(step), _line(seen, step, "{0}: {1} → {2}")) for step in seen.changed]
        )
    if seen.unread:
        output.line(_("Columns not read: %(columns)s.") % {"columns": ", ".join(seen.unread)})
    if seen.absent:
        few = ", ".join(seen.absent[:10]) + (" …" if len(seen.absent) > 10 else "")  # noqa: PLR2004 # a line
        output.line(_("In Vigie but not in this file, and left alone: %(names)s.") % {"names": few})
    numbers = {
        "file": name,
        "added": done.added if done else len(seen.added),
        "changed": done.changed if done else len(seen.changed),
        "same": seen.unchanged,
        "absent": len(seen.absent),
        "bad": len(done.bad if done else seen.bad),
    }
    words = _(
        "%(file)s: new %(added)d, changed %(changed)d, unchanged %(same)d, only in Vigie %(absent)d, kept aside %(bad)d."
    )
    output.line(words % numbers)


def _line(seen: Difference, step: Any, shape: str) -> str:
    return "; ".join(shape.format(*cells) for cells in as_words(seen.kind, step))


def _steps(word: str, rows: Sequence[tuple[str, str]]) -> None:
    for label, text in rows[:SHOWN]:
        output.line(f"{word}  {label}  {text}")
    if len(rows) > SHOWN:
        output.line(_("… and %(n)d more") % {"n": len(rows) - SHOWN})


def as_dict(seen: Difference, done: Outcome | None) -> dict[str, Any]:
    """A difference, or what became of it, for programs."""
    return {
        "kind": seen.kind.name,
        "applied": done is not None,
        "added": [{"line": step.number, **step.values} for step in seen.added],
        "changed": [
            {
                "line": step.number,
                "key": {name: step.values[name] for name in seen.kind.key},
                "changes": {name: {"old": old, "new": new} for name, (old, new) in step.changes.items()},
            }
            for step in seen.changed
        ],
        "unchanged": seen.unchanged,
        "only_in_vigie": list(seen.absent),
        "kept_aside": [_bad(line) for line in (done.bad if done else seen.bad)],
        "columns_not_read": list(seen.unread),
    }


def _bad(line: BadLine) -> dict[str, Any]:
    return {"line": line.number, "reason": line.reason, "text": line.text}
