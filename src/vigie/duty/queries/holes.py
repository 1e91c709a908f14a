"""Where nobody will be: what should be held and isn't, why, and who could."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.duty.models import Duty, Rotation, Shift
from vigie.duty.queries.holding import duties, duty_by_code
from vigie.duty.queries.rota import fitness, slots_of, will_come
from vigie.duty.rules import Fitness, Reason, Span
from vigie.people import queries as people
from vigie.people.models import Person

LOAD = timedelta(weeks=4)
PROPOSED = 3


@dataclass(frozen=True)
class Hole:
    """Nobody holds this level of this duty over the span. `left` did, and no longer works here then."""

    duty: Duty
    level: int
    span: Span
    left: Person | None = None


def holes(start: datetime, end: datetime, code: str | None = None) -> list[Hole]:
    """Every hole between two instants, soonest first. Ask for the future: the past is what was, whatever the
    pattern says today. A duty without a pattern has a hole only where somebody left.
    """
    wanted = [duty_by_code(code)] if code else list(duties())
    found = [hole for duty in wanted for hole in _holes(duty, start, end)]
    return sorted(found, key=lambda hole: (hole.span.starts, hole.duty.rank, hole.duty.code, hole.level))


def _holes(duty: Duty, start: datetime, end: datetime) -> Iterator[Hole]:
    rows = Shift.objects.filter(duty=duty, starts_at__lt=end, ends_at__gt=start).select_related("person")
    shifts = list(rows.order_by("starts_at"))
    window = Span(start, end)
    held = [slot.span for slot in slots_of(duty, start, end) if slot.span.overlap(window)]
    for level in range(1, duty.levels + 1):
        mine = [shift for shift in shifts if shift.level == level]
        gone = [shift for shift in mine if not will_come(shift)]
        taken = [shift.span for shift in mine if will_come(shift)]
        for span in held or [shift.span for shift in gone]:
            inside = Span(max(span.starts, start), min(span.ends, end))
            for piece in inside.less(_near(taken, inside)):
                left = next((shift.person for shift in gone if shift.span.overlap(piece)), None)
                yield Hole(duty, level, piece, left)


def _near(spans: Sequence[Span], wanted: Span) -> list[Span]:
    return [span for span in spans if span.overlap(wanted)]


@dataclass(frozen=True)
class Explained:
    """A hole with who could fill it (least loaded first) and why the others can't."""

    hole: Hole
    could: tuple[Person, ...]
    cannot: tuple[tuple[Person, Reason], ...]


def explain(found: Sequence[Hole]) -> list[Explained]:
    """Proposals for each hole: of those whom the rotation names or the duty qualifies, else of everyone, the ones
    who can, least loaded (hours of this duty four weeks around) first.
    """
    known: dict[int, tuple[Fitness, list[Person], Counter[int]]] = {}
    if found:
        start, end = min(hole.span.starts for hole in found), max(hole.span.ends for hole in found)
        for duty in {hole.duty for hole in found}:
            known[duty.pk] = _knowledge(duty, start, end)
    return [_explain(hole, *known[hole.duty.pk]) for hole in found]


def _knowledge(duty: Duty, start: datetime, end: datetime) -> tuple[Fitness, list[Person], Counter[int]]:
    around = Shift.objects.filter(duty=duty, starts_at__lt=end + LOAD, ends_at__gt=start - LOAD)
    shifts = list(around)
    load: Counter[int] = Counter()
    for shift in shifts:
        load[shift.person_id] += int((shift.ends_at - shift.starts_at).total_seconds())
    return fitness(duty, start, end, held=shifts), candidates(duty), load


def candidates(duty: Duty) -> list[Person]:
    """Whom one would ask: those in a rotation of the duty or qualified for it; everyone if there is neither."""
    names = set(Rotation.objects.filter(duty=duty).values_list("places__person", flat=True)) - {None}
    names |= set(duty.qualifications.values_list("person", flat=True))
    rows = people.staff()
    return list(rows.filter(pk__in=names) if names else rows)


def _explain(hole: Hole, known: Fitness, asked: Sequence[Person], load: Counter[int]) -> Explained:
    answers = [(person, known.unfit(person.pk, hole.span)) for person in asked]
    could = sorted((person for person, why in answers if why is None), key=lambda person: load[person.pk])
    cannot = tuple((person, why) for person, why in answers if why is not None)
    return Explained(hole, tuple(could[:PROPOSED]), cannot)


@dataclass(frozen=True)
class Strength:
    """How many can hold a duty today, against how many it needs."""

    duty: Duty
    people: int

    @property
    def below_minimum(self) -> bool:
        return self.people < self.duty.minimum

    @property
    def below_ideal(self) -> bool:
        return self.people < self.duty.ideal


def strength(duty: Duty, now: datetime) -> Strength:
    """People who still work here, are qualified today, and stand in the rotation (if there is one)."""
    known = fitness(duty, now, now, absent=False)
    day = now.astimezone(known.zone).date()
    current = Rotation.objects.filter(duty=duty, starts_on__lte=day).order_by("-starts_on").first()
    asked = (
        set(current.places.values_list("person", flat=True))
        if current
        else {person.pk for person in candidates(duty)}
    )
    return Strength(duty, sum(known.works_here(pk, day) and known.is_qualified(pk, day) for pk in asked))
