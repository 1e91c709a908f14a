"""Reads over coverage: the year of every line, holes, who answers for an experiment at t, what changes hands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from vigie.duty.models import Absence
from vigie.experiments.coverage import rules
from vigie.experiments.coverage.models import Coverage, TakingOver, TakingOverState, Warned
from vigie.experiments.coverage.rules import GENERAL, Cell, Days, Hole, Level, Member, Stretch, Turn
from vigie.experiments.models import Experiment
from vigie.experiments.queries import experiment_by_code, experiments
from vigie.kernel import clock
from vigie.kernel.errors import Missing
from vigie.people import queries as people
from vigie.people.models import Person
from vigie.people.rules import Ending, GroupKind, Role


def zone() -> ZoneInfo:
    """The centre's."""
    return ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """The day it is at the centre."""
    return clock.now().astimezone(zone()).date()


@dataclass(frozen=True)
class Line:
    """Something to cover: an experiment, or general support (`experiment` is None)."""

    key: str
    name: str
    domain: str
    experiment: Experiment | None

    @property
    def path(self) -> str:
        return f"/coverage/lines/{self.key}"


def line_of(experiment: Experiment | None) -> Line:
    """The line of an experiment; of general support for None, named in the language of the moment."""
    if experiment is None:
        return Line(GENERAL, _("General support"), "", None)
    return Line(experiment.code, experiment.name, experiment.domain, experiment)


def line_by_key(key: str) -> Line:
    """The line behind a key: an experiment's code, or `+general`; `Missing` if there is none."""
    return line_of(None if key == GENERAL else experiment_by_code(key))


def lines() -> list[Line]:
    """General support, then every experiment that still works here, by name."""
    return [line_of(None), *(line_of(row) for row in experiments())]


def members() -> dict[int, Member]:
    """Everybody whose end is known or who works here now, as the rules see them.

    Somebody who left before that day was kept is not among them: who left then covers nothing.
    """
    rows = list(
        Person.objects.filter(Q(is_active=True) | Q(employed_until__isnull=False)).values_list(
            "pk", "employed_until", "employment_ends_by"
        )
    )
    here = zone()
    absent: dict[int, list[Days]] = {}
    for pk, starts, ends in Absence.objects.values_list("person_id", "starts_at", "ends_at"):
        if span := rules.days_away(starts, ends, here):
            absent.setdefault(pk, []).append(span)
    return {
        pk: Member(pk, until or rules.NEVER, Ending(why), tuple(absent.get(pk, ())))
        for pk, until, why in rows
    }


def turn(row: Coverage) -> Turn:
    return Turn(row.person_id, Level(row.level), Days(row.starts_on, row.ends_on or rules.NEVER))


@dataclass(frozen=True)
class LineYear:
    """A line through the coming months: its rows, its whole life in stretches, what shows of it."""

    line: Line
    rows: tuple[Coverage, ...]
    stretches: tuple[Stretch, ...]
    cells: tuple[Cell, ...]
    holes: tuple[Hole, ...]


@dataclass(frozen=True)
class Year:
    """The coming twelve months of several lines, and everybody named in them."""

    today: date
    months: tuple[Days, ...]
    lines: tuple[LineYear, ...]
    members: Mapping[int, Member]

    @cached_property
    def persons(self) -> dict[int, Person]:
        """Everybody who covers one of the lines at some time, by id."""
        return {row.person_id: row.person for one in self.lines for row in one.rows}

    @property
    def holes(self) -> list[Hole]:
        """Holes that are open or open within the months shown, soonest first; nobody before only one person."""
        found = [hole for one in self.lines for hole in one.holes]
        return sorted(found, key=lambda hole: (max(hole.days.starts, self.today), hole.state, hole.line))

    def names(self, persons: Iterable[int]) -> list[str]:
        return sorted(self.persons[pk].name for pk in persons)


def year(wanted: Sequence[Line] | None = None, *, months: int = 12) -> Year:
    """The coming months of these lines (all of them by default): four reads, however many lines there are."""
    day = today()
    shown = tuple(rules.months_from(day, months))
    chosen = lines() if wanted is None else list(wanted)
    known = members()
    rows: dict[int | None, list[Coverage]] = {}
    found = Coverage.objects.select_related("person")
    if wanted is not None:
        pks = [line.experiment.pk for line in chosen if line.experiment]
        general = Q(experiment__isnull=True) if any(not line.experiment for line in chosen) else Q()
        found = found.filter(Q(experiment__in=pks) | general) if general else found.filter(experiment__in=pks)
    for row in found:
        rows.setdefault(row.experiment_id, []).append(row)
    return Year(
        day,
        shown,
        tuple(
            _line_year(line, rows.get(line.experiment.pk if line.experiment else None, []), known, shown, day)
            for line in chosen
        ),
        known,
    )


@lru_cache(
    maxsize=1024
)  # the same rows and persons give the same life, whatever day it is: most pages find it here
def _life(turns: tuple[Turn, ...], named: tuple[Member, ...]) -> tuple[Stretch, ...]:
    return tuple(rules.stretches(turns, {one.id: one for one in named}))


def _line_year(
    line: Line, rows: Sequence[Coverage], known: Mapping[int, Member], months: Sequence[Days], day: date
) -> LineYear:
    end = months[-1].ends
    turns = tuple(turn(row) for row in rows)
    named = sorted({one.person for one in turns} & known.keys())
    life = _life(turns, tuple(known[pk] for pk in named))
    ahead = [hole for hole in rules.holes(line.key, life, day) if hole.days.starts < end]
    return LineYear(line, tuple(rows), life, tuple(rules.cells(life, months)), tuple(ahead))


@dataclass(frozen=True)
class Cover:
    """Who answers for an experiment: `level` is "primary", "backup", or "lead" where nobody of these is there."""

    level: str
    persons: tuple[Person, ...]


def cover_of(experiment: Experiment | None, t: datetime) -> Cover:
    """Who answers for the experiment (None: general support) at `t`: primaries who are there, else backups, else leads.

    Leads are those of Support, else of any group, else the administrators: never nobody, while anybody works here.
    """
    return covers_of([experiment], t)[experiment.pk if experiment else None]


def covers_of(experiments: Iterable[Experiment | None], t: datetime) -> dict[int | None, Cover]:
    """Who answers for each of several (`cover_of`), by key, in as many questions as for one."""
    day = t.astimezone(zone()).date()
    known = _members_at(t, day)
    keys = {experiment.pk if experiment else None for experiment in experiments}
    by: dict[int | None, list[Coverage]] = {key: [] for key in keys}
    wanted = Q(experiment__in=keys - {None}) | (Q(experiment=None) if None in keys else Q(pk__in=()))
    for row in Coverage.objects.filter(wanted).select_related("person"):
        by[row.experiment_id].append(row)
    found: dict[int | None, Cover] = {}
    for key, rows in by.items():
        answer = rules.who_answers([turn(row) for row in rows], known, day)
        if answer.level is not None:
            named = {row.person_id: row.person for row in rows}
            found[key] = Cover(answer.level, tuple(named[pk] for pk in answer.persons))
    missing = keys - set(found)
    return found | dict.fromkeys(missing, _leads(known, day)) if missing else found


def _leads(known: dict[int, Member], day: date) -> Cover:
    """The last to answer."""
    leads = people.leads(GroupKind.SUPPORT) or people.leads(GroupKind.OPERATIONS)
    there = [person for person in leads if person.pk in known and known[person.pk].there(day)]
    found = there or leads or [person for person in people.staff() if Role.ADMINISTRATOR in person.roles]
    return Cover("lead", tuple(found))


def _members_at(t: datetime, day: date) -> dict[int, Member]:
    """Everybody as at an instant: away, to the minute, or not."""
    gone = set(Absence.objects.filter(starts_at__lte=t, ends_at__gt=t).values_list("person_id", flat=True))
    whole = (Days(day, day + rules.DAY),)
    return {pk: replace(one, away=whole if pk in gone else ()) for pk, one in members().items()}


def coverage_by_id(pk: int) -> Coverage:
    """One row, or `Missing`."""
    found = Coverage.objects.select_related("person", "experiment").filter(pk=pk).first()
    if found is None:
        raise Missing("coverage.missing", _("There is no such coverage; somebody may have removed it."))
    return found


def of_person(person: Person, since: date) -> QuerySet[Coverage]:
    """What the person covers on `since` or later, by line."""
    later = Q(ends_on__isnull=True) | Q(ends_on__gt=since)
    rows = Coverage.objects.filter(later, person=person).select_related("experiment", "person")
    return rows.order_by("experiment__name", "starts_on")


def taking_overs() -> QuerySet[TakingOver]:
    """Everything that changes hands, open first and soonest first."""
    rows = TakingOver.objects.select_related("experiment", "duty", "service", "giver", "taker", "closed_by")
    return rows.order_by("due_on", "pk")


def open_taking_overs() -> QuerySet[TakingOver]:
    return taking_overs().filter(state=TakingOverState.OPEN)


def taking_over_by_id(pk: int) -> TakingOver:
    """One taking-over, or `Missing`."""
    found = taking_overs().filter(pk=pk).first()
    if found is None:
        raise Missing("taking_over.missing", _("There is no such taking-over."))
    return found


@dataclass(frozen=True)
class ToTell:
    """A hole, the mark of it that is due, and the names that its words need."""

    hole: Hole
    months: int
    experiment: Experiment | None
    today: date
    names: Mapping[int, str]


def holes_to_tell() -> list[ToTell]:
    """Holes of which a mark is due and was not told, soonest first."""
    found = year()
    told: dict[tuple[str, str, date], set[int]] = {}
    for warned in Warned.objects.all():
        told.setdefault((warned.line, warned.state, warned.starts_on), set()).add(warned.months)
    of = {one.line.key: one.line.experiment for one in found.lines}
    names = {pk: person.name for pk, person in found.persons.items()}
    due = []
    for hole in found.holes:
        mark = rules.mark_due(
            hole.days.starts, found.today, told.get((hole.line, hole.state, hole.days.starts), set())
        )
        if mark is not None and rules.worth_telling(hole):
            due.append(ToTell(hole, mark, of[hole.line], found.today, names))
    return due
