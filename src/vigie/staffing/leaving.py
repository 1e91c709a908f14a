"""Everything that hangs on somebody who leaves, each with who could take it and from when."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from vigie.duty import queries as duty
from vigie.duty.models import Origin, Rotation
from vigie.duty.queries import Hole
from vigie.experiments.coverage import queries as coverage
from vigie.experiments.coverage.models import LEVELS, Coverage, TakingOver
from vigie.experiments.coverage.queries import LineYear, Year, line_of
from vigie.experiments.coverage.rules import COUNTS, Level
from vigie.experiments.coverage.texts import what_words
from vigie.kernel import clock
from vigie.kernel.errors import Refused
from vigie.lib.localtime import instant
from vigie.outages import queries as outages
from vigie.outages.rules import RoleName
from vigie.outages.texts import headline, path
from vigie.people import queries as people
from vigie.people.models import Person
from vigie.people.rules import GroupKind

MOST_SHIFTS = 100


@dataclass(frozen=True)
class Tie:
    """One thing that hangs on the person. `key` names it for the verb that hands it on; `could` are the proposals,
    best first; `since` is the first day for another. `alone`: it can be settled without anybody (a list that goes
    on without them). `informs`: nothing to hand on, only to know.
    """

    key: str
    kind: str
    what: str
    url: str
    since: date
    could: tuple[Person, ...] = ()
    alone: bool = False
    informs: bool = False
    note: str = ""


def leaves_on(person: Person) -> date:
    """The first day the person is no longer here; Refused where nobody has said it yet."""
    if person.employed_until is None:
        raise Refused(
            "leaving.no_day",
            _("Nobody has said when %(name)s leaves.") % {"name": person.name},
            hint=_("Say it first: everything else follows from that day."),
        )
    return max(person.employed_until, coverage.today()) if person.is_active else coverage.today()


def ties(person: Person, language: str) -> list[Tie]:
    """Everything that hangs on the person from the day they leave, what opens a hole first."""
    on = leaves_on(person)
    return [
        *_covered(person, on),
        *_outages(person, language),
        *_rotations(person, on, language),
        *_shifts(person, on, language),
        *_taking_overs(person, language),
        *_groups(person, on, language),
    ]


def _covered(person: Person, on: date) -> Iterator[Tie]:
    year = coverage.year()
    by_key = {one.line.key: one for one in year.lines}
    for row in coverage.of_person(person, on):
        line = line_of(row.experiment)
        one = by_key.get(line.key)
        if one is None:
            continue  # the experiment has ended
        counts = row.level in COUNTS
        yield Tie(
            key=f"coverage:{row.pk}",
            kind="coverage",
            what=f"{line.name} ({LEVELS[Level(row.level)]})",
            url=line.path,
            since=max(on, row.starts_on),
            could=tuple(_for_line(row, one, year, on)) if counts else (),
            informs=not counts,
            note="" if counts else _("in training: nobody need take it over"),
        )


def _for_line(row: Coverage, one: LineYear, year: Year, on: date) -> Iterator[Person]:
    """Backups where the primary goes, then who is in training, then who covers a line of the same domain, least busy
    first: whoever knows the line or its neighbours. For general support everybody who covers anything.
    """
    there = {pk for pk, member in year.members.items() if member.there(on) and pk != row.person_id}
    at = {other.person_id: Level(other.level) for other in one.rows if coverage.turn(other).days.holds(on)}
    wanted = [Level.BACKUP] if row.level == Level.PRIMARY else []
    found = [pk for level in (*wanted, Level.TRAINING) for pk, held in at.items() if held is level]
    load: Counter[int] = Counter()
    near: set[int] = set()
    for other in year.lines:
        for held in other.rows:
            if held.level in COUNTS and coverage.turn(held).days.holds(on):
                load[held.person_id] += 1
                if not one.line.domain or other.line.domain == one.line.domain:
                    near.add(held.person_id)
    found += sorted(near - at.keys(), key=lambda pk: (load[pk], year.persons[pk].name))
    return (year.persons[pk] for pk in dict.fromkeys(found) if pk in there)


def _outages(person: Person, language: str) -> Iterator[Tie]:
    """Outages not closed yet in which they hold a role: to be handed over now, to who is on duty before others."""
    rows = list(outages.followed_or_held_by(person))
    if not rows:
        return
    now = clock.now()
    on_duty = [held.person.pk for held in duty.on_duty(now)]
    for row in rows:
        for role, holder, kind in (
            (RoleName.CONTACT, row.contact, GroupKind.OPERATIONS),
            (RoleName.FOLLOWER, row.follower, GroupKind.SUPPORT),
        ):
            if holder != person:
                continue
            others = [one for one in people.members([kind]) if one != person]
            found = sorted(others, key=lambda one: (one.pk not in on_duty, one.name))
            words = _("operations contact") if role == RoleName.CONTACT else _("follower (Support)")
            yield Tie(
                key=f"{role.value}:{row.pk}",
                kind="outage",
                what=f"{headline(row, language)} ({words})",
                url=path(row),
                since=coverage.today(),
                could=tuple(found),
            )


def _rotations(person: Person, on: date, language: str) -> Iterator[Tie]:
    """Lists in force on the day or later that name them."""
    for held in duty.duties():
        rows = list(Rotation.objects.filter(duty=held).prefetch_related("places").order_by("starts_on"))
        for index, row in enumerate(rows):
            over = index + 1 < len(rows) and rows[index + 1].starts_on <= on
            names = [place.person_id for place in row.places.all()]
            if over or person.pk not in names:
                continue
            others = [one for one in duty.candidates(held) if one.pk not in names]
            known = duty.fitness(held, _midnight(on), _midnight(on))
            yield Tie(
                key=f"rotation:{row.pk}",
                kind="rotation",
                what=_("%(duty)s: a list of %(n)d in order") % {"duty": held.name(language), "n": len(names)},
                url="/duty",
                since=max(on, row.starts_on),
                could=tuple(one for one in others if known.is_qualified(one.pk, on)),
                alone=len(names) > 1,
                note=_("without anybody chosen the list goes on without them") if len(names) > 1 else "",
            )


def _shifts(person: Person, on: date, language: str) -> Iterator[Tie]:
    """Shifts entered by hand or swapped; what a list made passes to the next in it by itself."""
    rows = person.shifts.filter(starts_at__gte=_midnight(on), starts_at__gt=clock.now())
    rows = rows.exclude(origin=Origin.ROTATION).select_related("duty", "person").order_by("starts_at")
    found = list(rows[:MOST_SHIFTS])
    for shift, asked in zip(
        found, duty.explain([Hole(row.duty, row.level, row.span, person) for row in found]), strict=True
    ):
        at = shift.starts_at.astimezone(coverage.zone())
        yield Tie(
            key=f"shift:{shift.pk}",
            kind="shift",
            what=_("%(duty)s, level %(level)s, %(day)s")
            % {"duty": shift.duty.name(language), "level": shift.level, "day": f"{at:%Y-%m-%d %H:%M}"},
            url=f"/duty/+shifts?person={person.login}",
            since=at.date(),
            could=tuple(one for one in asked.could if one != person),
        )


def _taking_overs(person: Person, language: str) -> Iterator[Tie]:
    for row in coverage.open_taking_overs():
        if row.taker_id == person.pk:
            yield _taking(row, person, language)
        elif row.giver_id == person.pk:
            yield Tie(
                key=f"giving:{row.pk}",
                kind="taking_over",
                what=what_words(row, language),
                url="/coverage/taking-over",
                since=row.due_on,
                informs=True,
                note=_("goes to %(name)s; to be done before they leave") % {"name": row.taker.name},
            )


def _taking(row: TakingOver, person: Person, language: str) -> Tie:
    """To who covers the line already, else to a lead."""
    asked: Sequence[Person] = ()
    if row.experiment or row.general:
        asked = coverage.cover_of(row.experiment, clock.now()).persons
    leads = people.leads(GroupKind.SUPPORT)
    return Tie(
        key=f"taking:{row.pk}",
        kind="taking_over",
        what=what_words(row, language),
        url="/coverage/taking-over",
        since=coverage.today(),
        could=_but({person.pk, row.giver_id}, [*asked, *leads]),
    )


def _groups(person: Person, on: date, language: str) -> Iterator[Tie]:
    """Groups they lead; how many others do is said."""
    for membership in person.memberships.filter(is_lead=True).select_related("group"):
        group = membership.group
        others = [one for one in group.memberships.select_related("person") if one.person_id != person.pk]
        leads = sum(one.is_lead and one.person.is_active for one in others)
        members = [one.person for one in others if one.person.is_active and not one.is_lead]
        yield Tie(
            key=f"lead:{group.pk}",
            kind="lead",
            what=_("Lead of %(group)s") % {"group": group.name(language)},
            url="/people",
            since=on,
            could=tuple(sorted(members, key=lambda one: one.name)),
            note=_("%(n)d other leads it too") % {"n": leads} if leads else "",
        )


def _but(without: set[int | None], found: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(one for one in dict.fromkeys(found) if one.pk not in without)


def _midnight(day: date) -> datetime:
    return instant(datetime.combine(day, time.min), coverage.zone())
