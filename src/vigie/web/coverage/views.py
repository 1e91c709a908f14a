"""The coming year of every line, one line, and who covers what: read by all staff."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.experiments.coverage import queries, rules
from vigie.experiments.coverage.actions import PERMISSIONS, CoveragePermission
from vigie.experiments.coverage.models import LEVELS, Coverage
from vigie.experiments.coverage.queries import Line, Year, line_of
from vigie.experiments.coverage.rules import NEVER, Hole, Level, State, worth_telling
from vigie.experiments.coverage.texts import cause_words, day_words, hole_words, what_words
from vigie.kernel import clock
from vigie.people.models import Person
from vigie.people.queries import staff as everyone
from vigie.web.access import StaffRequest, staff
from vigie.web.coverage import heat
from vigie.web.lists import carried, may, words_of

COLUMNS = ("line", "name", "domain", "month", "state", "fewest", "from", "persons", "cause")
HOLES_SHOWN = 40  # on the map; each line shows its own, and the files hold all
LEVEL_ORDER = {Level.PRIMARY: 0, Level.BACKUP: 1, Level.TRAINING: 2}


@staff
@require_safe
def coverage(request: StaffRequest) -> HttpResponse:
    """The heat map; the address filters by domain, by person, and by lines with holes."""
    filters = {
        "domain": words_of(request, "domain"),
        "person": words_of(request, "person"),
        "holes": bool(request.GET.get("holes")),
    }
    year = queries.year()
    shown = _filtered(year, filters)
    if file := carried(request, "coverage", COLUMNS, _records(shown)):
        return file
    listed = [hole for hole in shown.holes if worth_telling(hole) or not hole.ever]
    context = {
        "sentence": _sentence(year),
        "holes": [hole_shown(hole, shown) for hole in listed[:HOLES_SHOWN]],
        "more_holes": max(0, len(listed) - HOLES_SHOWN),
        "columns": heat.columns(year.months),
        "rows": heat.rows(shown),
        "filters": filters,
        "filtered": any(filters.values()),
        "domains": sorted({one.line.domain for one in year.lines if one.line.domain}),
        "persons": sorted(year.persons.values(), key=lambda person: person.name),
        "experiments": len(year.lines) - 1,
        "covered_at_all": bool(year.persons),
        "open_takings": queries.open_taking_overs().count(),
        "may_arrange": may(request.user, CoveragePermission.ARRANGE, PERMISSIONS),
    }
    return render(request, "coverage/map.html", context)


def _filtered(year: Year, filters: dict[str, Any]) -> Year:
    """The same year with the lines that fit."""
    fit = [
        one
        for one in year.lines
        if (not filters["domain"] or one.line.domain == filters["domain"])
        and (not filters["person"] or any(row.person.login == filters["person"] for row in one.rows))
        and (not filters["holes"] or one.holes)
    ]
    return Year(year.today, year.months, tuple(fit), year.members)


def _sentence(year: Year) -> str:
    """The state of the year in one sentence: nobody now, nobody from a day on, only one person, all well."""
    names = {pk: person.name for pk, person in year.persons.items()}
    if not year.persons:
        return _("Nobody covers anything yet")
    bad = [hole for hole in year.holes if hole.state is State.NONE and hole.ever]
    if bad:
        lines = {one.line.key: one.line for one in year.lines}
        first = hole_words(bad[0], lines[bad[0].line], year.today, names)
        more = len({hole.line for hole in bad} - {bad[0].line})
        if not more:
            return first
        also = ngettext("and a hole in %(n)d other line", "and holes in %(n)d other lines", more) % {
            "n": more
        }
        return f"{first}, {also}"
    alone = len({hole.line for hole in year.holes})
    if alone:
        return ngettext(
            "No line covered today loses its last person in twelve months; %(n)d has one person at most",
            "No line covered today loses its last person in twelve months; %(n)d have one person at most",
            alone,
        ) % {"n": alone}
    return _("Every line is covered by two persons or more for twelve months")


def hole_shown(hole: Hole, year: Year) -> dict[str, Any]:
    """A hole in the words of a table's row."""
    names = {pk: person.name for pk, person in year.persons.items()}
    line = next(one.line for one in year.lines if one.line.key == hole.line)
    starts = max(hole.days.starts, year.today)
    return {
        "hole": hole,
        "line": line,
        "state": heat.STATES[hole.state],
        "shape": heat.SHAPES[hole.state],
        "since": _("now") if hole.days.starts <= year.today else day_words(hole.days.starts),
        "until": "" if hole.days.ends == NEVER else day_words(hole.days.ends),
        "why": cause_words(hole, names),
        "left": ", ".join(names[pk] for pk in hole.left),
        "cover_url": f"{reverse('coverage_add')}?line={line.key}&starts_on={starts:%Y-%m-%d}&level=primary",
    }


def _records(year: Year) -> Iterator[dict[str, Any]]:
    """One row per line and month, in plain words for a program."""
    for one in year.lines:
        for cell in one.cells:
            yield {
                "line": one.line.key,
                "name": one.line.name,
                "domain": one.line.domain,
                "month": f"{cell.days.starts:%Y-%m}",
                "state": cell.state.value,
                "fewest": cell.fewest,
                "from": max(cell.worst.starts, cell.days.starts).isoformat() if cell.worst else "",
                "persons": year.names(cell.persons),
                "cause": cell.reason.cause.value if cell.reason else "",
            }


@staff
@require_safe
def line(request: StaffRequest, key: str) -> HttpResponse:
    """One line: who answers for it now, who covers it and will, its year, what changes hands."""
    wanted = queries.line_by_key(key)
    year = queries.year([wanted])
    (one,) = year.lines
    day = year.today
    rows = sorted(one.rows, key=lambda row: (LEVEL_ORDER[Level(row.level)], row.starts_on, row.person.name))
    current = [row for row in rows if row.ends_on is None or row.ends_on > day]
    takings = queries.taking_overs().filter(experiment=wanted.experiment)
    if wanted.experiment is None:
        takings = takings.filter(general=True)
    context = {
        "line": wanted,
        "answer": queries.cover_of(wanted.experiment, clock.now()),
        "rows": [heat.row(one, year)],
        "columns": heat.columns(year.months),
        "holes": [hole_shown(hole, year) for hole in one.holes],
        "current": [row_shown(row, year) for row in current],
        "past": [row_shown(row, year) for row in rows if row not in current],
        "takings": [(row, what_words(row, get_language() or "fr")) for row in takings],
        "may_arrange": may(request.user, CoveragePermission.ARRANGE, PERMISSIONS),
    }
    return render(request, "coverage/line.html", context)


def row_shown(row: Coverage, year: Year) -> dict[str, Any]:
    """A coverage as a row: whether it counts today, and what cuts it short besides its own end."""
    leaves = row.person.employed_until
    cut = leaves is not None and (row.ends_on is None or leaves < row.ends_on)
    turn = queries.turn(row)
    member = year.members.get(row.person_id)
    return {
        "row": row,
        "line": line_of(row.experiment),
        "level": LEVELS[Level(row.level)],
        "since": day_words(row.starts_on),
        "until": day_words(row.ends_on) if row.ends_on else "",
        "leaves": day_words(leaves) if cut and leaves else "",
        "begun": row.starts_on <= year.today,
        "training": row.level == Level.TRAINING,
        "away": turn.days.holds(year.today) and (member is None or not member.there(year.today)),
    }


@staff
@require_safe
def who(request: StaffRequest) -> HttpResponse:
    """Who covers what today and later, by person."""
    day = queries.today()
    words = words_of(request)
    found: dict[int, dict[Level, list[tuple[Line, Coverage]]]] = {}
    rows = Coverage.objects.select_related("person", "experiment").order_by("experiment__name", "starts_on")
    for row in rows:
        if row.ends_on is None or row.ends_on > day:
            by_level = found.setdefault(row.person_id, {})
            by_level.setdefault(Level(row.level), []).append((line_of(row.experiment), row))
    people = everyone()
    if words:
        people = people.filter(name__icontains=words)
    shown = [_person_shown(person, found.get(person.pk, {})) for person in people]
    columns = ("login", "name", "primary", "backup", "training", "employed_until")
    if file := carried(request, "who-covers-what", columns, (_person_record(one) for one in shown)):
        return file
    context = {
        "rows": [one for one in shown if one["any"]],
        "idle": [one["person"] for one in shown if not one["any"]],
        "q": words,
        "today": day,
        "covering": sum(1 for person in everyone() if found.get(person.pk)),
        "may_arrange": may(request.user, CoveragePermission.ARRANGE, PERMISSIONS),
    }
    return render(request, "coverage/who.html", context)


def _person_shown(person: Person, by_level: dict[Level, list[tuple[Line, Coverage]]]) -> dict[str, Any]:
    return {
        "person": person,
        "any": bool(by_level),
        "leaves": day_words(person.employed_until) if person.employed_until else "",
        **{level.value: by_level.get(level, []) for level in rules.Level},
    }


def _person_record(one: dict[str, Any]) -> dict[str, Any]:
    person: Person = one["person"]
    lines = {level.value: [line.key for line, _row in one[level.value]] for level in rules.Level}
    return {
        "login": person.login,
        "name": person.name,
        "employed_until": person.employed_until.isoformat() if person.employed_until else "",
        **lines,
    }
