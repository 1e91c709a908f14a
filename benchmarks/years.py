"""Years of people: duties with their shifts, experiments with who covers them, straight into the tables."""

from datetime import date, datetime, timedelta

from django.db import transaction

from vigie.duty.models import Duty, Shift
from vigie.experiments.coverage.models import Coverage
from vigie.experiments.models import Experiment
from vigie.kernel.clock import clock
from vigie.people.models import Group, Membership, Person

DAY = timedelta(days=1)
# Beside the two duties of the cast: code, how long a shift lasts.
DUTIES = (("tpm", 7 * DAY), ("reseau", 7 * DAY), ("stockage", 7 * DAY))
OF_THE_CAST = (("production", DAY / 3), ("support", DAY))
LEVELS = 2
EXPERIMENTS = 40


@transaction.atomic
def make(*, years: int = 5, people: int = 60) -> str:
    """All but the last year are over; the cast keeps its own shifts of today. Returns what was made, in words."""
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    crew = _people(people - Person.objects.count())
    for code, _lasts in DUTIES:
        Duty.objects.create(code=code, name_fr=code.capitalize(), name_en=code.capitalize(), phone="42 20")
    begin, end = now - timedelta(days=365 * (years - 1)), now + timedelta(days=365)
    shifts = [
        shift
        for code, lasts in (*OF_THE_CAST, *DUTIES)
        for shift in _shifts(Duty.objects.get(code=code), crew, (begin, end), lasts)
    ]
    Shift.objects.bulk_create(shifts)
    rows = _coverage(crew, begin.date(), years)
    return (
        f"{len(DUTIES) + len(OF_THE_CAST)} duties, {len(shifts)} shifts, {Person.objects.count()} people,"
        f" {EXPERIMENTS} experiments with {rows} coverages, in {years} years"
    )


def _people(count: int) -> list[Person]:
    crew = Person.objects.bulk_create(
        Person(login=f"crew{n}", name=f"Crew Member {n}", email=f"crew{n}@centre.test", phone="42 30")
        for n in range(count)
    )
    group = Group.objects.get(code="support")
    Membership.objects.bulk_create(Membership(person=person, group=group) for person in crew)
    return crew


def _shifts(duty: Duty, crew: list[Person], span: tuple[datetime, datetime], lasts: timedelta) -> list[Shift]:
    (begin, end), now, found = span, clock.now(), []
    kept_free = duty.code in {code for code, _lasts in OF_THE_CAST}
    for n in range(int((end - begin) / lasts)):
        start = begin + n * lasts
        if kept_free and start < now + DAY / 2 and start + lasts > now - DAY / 2:
            continue
        found += [
            Shift(
                duty=duty,
                person=crew[(n + level + duty.pk) % len(crew)],
                level=level,
                starts_at=start,
                ends_at=start + lasts,
            )
            for level in range(1, LEVELS + 1)
        ]
    return found


def _coverage(crew: list[Person], begin: date, years: int) -> int:
    experiments = [
        *Experiment.objects.all(),
        *Experiment.objects.bulk_create(
            Experiment(code=f"exp{n}", name=f"Experiment {n}")
            for n in range(EXPERIMENTS - Experiment.objects.count())
        ),
    ]
    rows = [
        Coverage(
            experiment=experiment,
            person=crew[(3 * n + year + 20 * place) % len(crew)],
            level=level,
            starts_on=begin + timedelta(days=365 * year),
            ends_on=begin + timedelta(days=365 * (year + 1)),
        )
        for n, experiment in enumerate(experiments)
        for year in range(years)
        for place, level in enumerate(("primary", "backup"))
    ]
    return len(Coverage.objects.bulk_create(rows))
