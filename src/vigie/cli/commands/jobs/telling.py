"""How `vigie jobs explain` reads a file, and says what it found: sentences first, numbers after them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from vigie.cli import output
from vigie.cli.errors import Wrong, say
from vigie.cli.words import gettext as _
from vigie.cli.words import language, ngettext
from vigie.contracts.batch import BatchFailure, JobFile, Tally
from vigie.jobs.detect import detectors, guards, straight, thresholds, words
from vigie.jobs.detect.detector import Unit
from vigie.jobs.lake.engine import EngineTrouble
from vigie.kernel import clock
from vigie.lib.explain import sentence
from vigie.lib.explain.sentences import number

GROUP = "vigie.jobfiles"
LONG_BYTES = 20_000_000  # a smaller file is read before anybody wonders
SHOWN_ASIDE = 5
ALIASES = {"psv": "sacct"}  # what sacct --parsable is usually kept as


def reader(file: Path, form: str) -> JobFile:
    """The installed reader of this format. Raises Wrong with those there are."""
    points = {point.name: point for point in metadata.entry_points(group=GROUP)}
    ends = [suffix[1:] for suffix in reversed(file.suffixes)]
    name = form or next((ALIASES.get(end, end) for end in ends if ALIASES.get(end, end) in points), "")
    if name not in points:
        what = (
            _("--format: there is no “%(form)s”.") % {"form": form}
            if form
            else _("Name the file's --format.")
        )
        raise Wrong(what, hint=_("Known formats: %(formats)s.") % {"formats": ", ".join(sorted(points))})
    made: JobFile = points[name].load()()
    return made


def told(file: Path, read_by: JobFile, asked: straight.Asked, configured: Any) -> tuple[straight.Told, Tally]:
    """Read, judge, explain. Raises Wrong for what can't be read."""
    tally = Tally()
    mine, _faults = thresholds.read(configured)
    try:
        with _patience(file):
            found = straight.explain_file(file, read_by, tally, now=clock.now(), asked=asked, thresholds=mine)
    except (BatchFailure, straight.Unfit, EngineTrouble) as error:
        show_aside(tally, file)
        raise Wrong(str(error)) from error
    return found, tally


@contextmanager
def _patience(file: Path) -> Iterator[None]:
    """A sign of life on a terminal while a long file is read."""
    try:
        long = sys.stderr.isatty() and file.stat().st_size > LONG_BYTES
    except OSError:
        long = False  # the reader says it better
    if not long:
        yield
        return
    from rich.console import Console  # noqa: PLC0415 # a tenth of a second, for long files on a terminal only

    with Console(stderr=True).status(_("Reading %(file)s…") % {"file": output.clean(file.name)}):
        yield


def show(found: straight.Told) -> None:
    """The whole for a person: what was looked at, the findings, what remains, and by which detector."""
    spoken = language()
    explanation = found.explanation
    numbers = {"jobs": words.spoken(explanation.jobs, Unit.COUNT, spoken)}
    numbers["bad"] = words.spoken(explanation.flagged, Unit.COUNT, spoken)
    numbers["lost"] = _loss(explanation.lost, found.unit, spoken)
    if found.weighed:
        text = ngettext(
            "%(jobs)s job; bad: %(bad)s, %(lost)s lost.",
            "%(jobs)s jobs; %(bad)s are bad: %(lost)s lost.",
            explanation.jobs,
        )
        output.line(text % numbers)
    else:
        text = ngettext(
            "%(jobs)s job; bad: %(bad)s; what was lost is not known.",
            "%(jobs)s jobs; %(bad)s are bad; what was lost is not known.",
            explanation.jobs,
        )
        output.line(text % numbers)
    for place, finding in enumerate(explanation.findings, 1):
        output.line()
        said = sentence(finding, "fr" if spoken == "fr" else "en", weighed=found.weighed, unit=found.unit)
        output.line(f"{place}. {said}")
    output.line()
    if explanation.flagged and not explanation.findings:
        output.line(_("They have nothing in common that stands out."))
    elif explanation.findings and found.weighed:
        rest = _loss(explanation.unexplained, found.unit, spoken)
        output.line(_("Not explained by these: %(lost)s.") % {"lost": rest})
    _show_flags(found, spoken)


def _loss(value: float, unit: str, spoken: str) -> str:
    """“98,765 core-hours”; with --weight the column's name stands for the unit."""
    if not unit:
        return words.spoken(value, Unit.CORE_HOURS, spoken)
    return f"{number(value, 'fr' if spoken == 'fr' else 'en', 3)}\u00a0{output.clean(unit)}"


def _show_flags(found: straight.Told, spoken: str) -> None:
    flags = found.flags
    if flags is None:
        return
    if found.explanation.jobs and not flags.settled:
        output.line(
            _(
                "None of them could be judged: they have not ended, ran for too short a time, "
                "or the file doesn’t say how long (--columns, --flag)."
            )
        )
    titles = {one.name: one.title for one in detectors()}
    rows = [
        (_(spoken_title(titles[name], spoken)), words.spoken(count, Unit.COUNT, spoken))
        for name, count in flags.by_detector.items()
    ]
    if rows:
        output.line()
        output.table([_("Detector"), _("Jobs")], rows, empty="")
    if flags.unknown:
        doubts = ", ".join(
            f"{spoken_title(guards.DOUBTS[name], spoken)} ({words.spoken(count, Unit.COUNT, spoken)})"
            for name, count in flags.doubts.items()
        )
        unknown = words.spoken(flags.unknown, Unit.COUNT, spoken)
        output.line()
        output.line(
            ngettext(
                "Of %(unknown)s job nothing can be said: %(why)s.",
                "Of %(unknown)s jobs nothing can be said: %(why)s.",
                flags.unknown,
            )
            % {"unknown": unknown, "why": doubts}
        )


def spoken_title(both: Any, spoken: str) -> str:
    return str(both.fr if spoken == "fr" else both.en)


def show_aside(tally: Tally, file: Path) -> None:
    """On stderr: lines that were left aside, the first of them, and what was mended."""
    if tally.asides:
        say(
            _("%(file)s: %(count)s lines could not be read and were left out; the first:")
            % {"file": output.clean(str(file)), "count": tally.asides}
        )
        for one in tally.aside[:SHOWN_ASIDE]:
            where = _("line %(line)s: ") % {"line": one.line} if one.line else ""
            text = f": {output.clean(one.text)[:80]!r}" if one.text else ""
            say(f"  {where}{output.clean(one.reason)}{text}")
    for what, count in tally.notes.items():
        say(f"  {count} × {output.clean(what)}")
