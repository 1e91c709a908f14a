"""Look at a file, then apply it. The domains' own verbs write: each row is checked, audited and told as anywhere else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from vigie.dayone.difference import Difference, Step, compare
from vigie.dayone.kind import Kind
from vigie.dayone.table import BadLine, Table, read
from vigie.kernel.access import Actor
from vigie.kernel.errors import Conflict, VigieError

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Outcome:
    """What became of a file."""

    added: int
    changed: int
    unchanged: int
    absent: Sequence[str]
    bad: Sequence[BadLine]


def look(actor: Actor, kind: Kind, source: bytes | str, *, toml: bool) -> Difference:
    """What applying the file would do; rows that a verb would refuse are kept aside already.

    That is known by doing it and taking it back: the two can't differ. Raises `BadInput` for a file that can't be read
    at all, `Forbidden` for somebody who may not write this kind.
    """
    kind.require(actor)
    return tried(actor, read(source, kind, toml=toml), kind)


def tried(actor: Actor, table: Table, kind: Kind) -> Difference:
    """As `look`, for rows that came by another way than a file."""
    kind.require(actor)
    found = compare(kind, table)
    if kind.check:
        problem_of = kind.check()
        problems = {step.number: problem_of(step.values) for step in found.steps}
        return found.without({number: why for number, why in problems.items() if why})
    with transaction.atomic():
        refused = _write(actor, kind, found.steps)
        transaction.set_rollback(True)
    return found.without(refused)


def apply(actor: Actor, seen: Difference, *, progress: Progress = lambda _done: None) -> Outcome:
    """Do what was seen: each row by its verb in its own transaction, or all in one act where the kind has such a verb.

    A crash in the middle leaves whole rows; applying the file again does the rest. Rows refused now are kept aside.
    """
    kind = seen.kind
    kind.require(actor)
    if kind.save_all:
        if seen.steps:
            kind.save_all(actor, [step.values for step in seen.steps])
        return outcome_of(seen)
    return outcome_of(seen.without(_write(actor, kind, seen.steps, progress=progress)))


def apply_as_seen(
    actor: Actor,
    kind: Kind,
    source: bytes | str,
    *,
    toml: bool,
    fingerprint: str,
    progress: Progress = lambda _done: None,
) -> Outcome:
    """Apply a file if it still would do what somebody saw; `Conflict` otherwise, and nothing is done."""
    now = look(actor, kind, source, toml=toml)
    if now.fingerprint != fingerprint:
        raise Conflict(
            "import.moved",
            _("What this file would do has changed since you looked: somebody changed Vigie, or the file."),
            hint=_("Look at the difference again."),
        )
    return apply(actor, now, progress=progress)


def outcome_of(done: Difference) -> Outcome:
    """The outcome where everything was done as seen."""
    return Outcome(len(done.added), len(done.changed), done.unchanged, done.absent, done.bad)


def _write(
    actor: Actor, kind: Kind, steps: Sequence[Step], *, progress: Progress = lambda _done: None
) -> dict[int, str]:
    """Write the steps; returns {line: reason} of those refused.

    A row may name one that stands further down (a service needs another): what was refused is tried again as long as
    that helps.
    """
    waiting, done = list(steps), 0
    with kind.together(actor):
        while waiting:
            refused: dict[int, str] = {}
            for step in waiting:
                if why := _one(actor, kind, step):
                    refused[step.number] = why
                else:
                    done += 1
                    progress(done)
            if len(refused) == len(waiting):
                return refused
            waiting = [step for step in waiting if step.number in refused]
    return {}


def _one(actor: Actor, kind: Kind, step: Step) -> str:
    """Write one row; "" or why not."""
    assert kind.save  # a kind without has save_all
    try:
        with transaction.atomic():
            kind.save(actor, step.values)
    except VigieError as error:
        return str(error)
    except IntegrityError:
        return _("somebody entered the same at this moment; look again")
    return ""
