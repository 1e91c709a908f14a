"""How far the batch systems were read: said on the page, because an old picture that looks new misleads."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from vigie.jobs.models import BatchSource
from vigie.kernel import clock
from vigie.web import timewords

LATE = timedelta(hours=2)  # history that ends before this is still being caught up


@dataclass(frozen=True)
class SourceShown:
    """A batch system: `state` of the kit's shapes, `words` what is the matter, when it last answered.

    `notes`: what was mended, left out, or could not be read of its last answers.
    """

    name: str
    state: str
    words: str
    polled_at: datetime | None
    notes: list[str]


def sources() -> list[SourceShown]:
    """Those that are configured, and those that were; a problem is said in the batch system's own words."""
    found = []
    for row in BatchSource.objects.all():
        state, words = _state(row)
        found.append(SourceShown(row.name, state, words, row.sampled_at or row.asked_at, _notes(row)))
    return found


def _notes(row: BatchSource) -> list[str]:
    told = [f"{count} × {words}" for words, count in sorted(row.notes.items())]
    if row.asides:
        told.append(_("lines that could not be read: %(count)d") % {"count": row.asides})
    return told


def _state(row: BatchSource) -> tuple[str, str]:
    now = clock.now()
    if row.name not in settings.BATCH:
        return "unknown", _("no longer asked")
    if row.away_since is not None:
        gone = timewords.span(now - row.away_since)
        return "down", _("away for %(span)s: %(problem)s") % {"span": gone, "problem": row.problem}
    if row.until is not None and now - row.until > LATE:
        return "at_risk", _("catching up: its history is read up to %(when)s") % {
            "when": timewords.absolute(row.until, now)
        }
    if row.asked_at is None:
        return "unknown", ""
    return "ok", _("%(running)d running, %(waiting)d waiting") % {
        "running": row.running,
        "waiting": row.waiting,
    }


EXAMPLE = """[batch.farm]
adapter = "slurm\""""
