"""Keeping the lines that nobody could read."""

import hashlib
from typing import Any

from vigie.contracts.batch import Aside, Tally
from vigie.jobs.models import LineAside
from vigie.kernel import clock
from vigie.lib.fittext import fit

KEPT = 1000
"""Lines that are kept of one import, or of one batch system (the latest); all are counted."""


MOST_NOTES = 50


def told_notes(tally: Tally) -> dict[str, int]:
    """What a reader mended or left out, fit to be stored: its words may quote what came, and be many."""
    found: dict[str, int] = {}
    for words, count in list(tally.notes.items())[:MOST_NOTES]:
        said = fit(words)[:300]
        found[said] = found.get(said, 0) + count
    return found


def keep_lines(lines: list[Aside], **origin: Any) -> None:
    """Write them down, each once for a batch system that prints the same rubbish at every look."""
    now = clock.now()
    LineAside.objects.bulk_create(
        (
            LineAside(
                at=now,
                line=max(0, one.line),
                reason=fit(one.reason)[:300],
                text=fit(one.text)[:2000],
                digest=hashlib.sha256(f"{one.reason}\n{one.text}".encode(errors="replace")).hexdigest(),
                **origin,
            )
            for one in lines[:KEPT]
        ),
        ignore_conflicts=True,
    )
    surplus = LineAside.objects.filter(**origin).order_by("-pk").values_list("pk", flat=True)[KEPT:]
    LineAside.objects.filter(pk__in=list(surplus)).delete()
