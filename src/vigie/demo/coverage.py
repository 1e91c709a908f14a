"""Who covers what at Valmorin: well, with a departure seven months ahead that leaves one experiment without anybody."""

from datetime import date, timedelta

from vigie.experiments.coverage import actions, queries
from vigie.experiments.coverage.rules import GENERAL, months_before, months_from
from vigie.experiments.models import Experiment
from vigie.kernel.access import System
from vigie.people.actions import plan_departure
from vigie.people.models import Person
from vigie.people.rules import Ending

VIGIE = System("demo")
LEAVES = "camille"
MONTHS_AHEAD = 7
NEAR = timedelta(
    days=45
)  # a departure nearer than this moves away again at the next start: the hole stays ahead

# line: (login, level, months ago that it began)
COVERED: dict[str, tuple[tuple[str, str, int], ...]] = {
    GENERAL: (("lucie", "primary", 50), ("denis", "primary", 38), ("kenji", "backup", 14)),
    "orion": (("lucie", "primary", 62), ("denis", "backup", 40)),
    "lyra": (("denis", "primary", 44), ("camille", "backup", 30), ("kenji", "backup", 10)),
    "halcyon": (("kenji", "primary", 20), ("denis", "backup", 20)),
    "tamaris": (("camille", "primary", 36), ("kenji", "training", 2)),
    "boree": (("lucie", "primary", 27), ("camille", "backup", 27)),
    "opaline": (("denis", "primary", 33), ("lucie", "backup", 33)),
    "quetzal": (("kenji", "primary", 12), ("camille", "backup", 12), ("sara", "backup", 48)),
    "sequoia": (("camille", "primary", 18), ("sara", "backup", 18)),
}


def departure_day(today: date) -> date:
    """The first day of the month seven months ahead."""
    return months_from(today, MONTHS_AHEAD + 1)[MONTHS_AHEAD].starts


def fill() -> None:
    """Coverage as it has grown, Camille's contract that ends, and what she hands over first."""
    today = queries.today()
    people = {person.login: person for person in Person.objects.all()}
    experiments = {row.code: row for row in Experiment.objects.all()}
    for key, rows in COVERED.items():
        for login, level, ago in rows:
            actions.cover(
                VIGIE,
                person=people[login],
                experiment=experiments.get(key),
                level=level,
                starts_on=months_before(today.replace(day=1), ago),
            )
    day = departure_day(today)
    plan_departure(VIGIE, people[LEAVES], on=day, ending=Ending.CONTRACT)
    actions.take_over(
        VIGIE,
        key="demo-weekly-call",
        what="La réunion hebdomadaire avec Séquoia",
        experiment=experiments["sequoia"],
        giver=people[LEAVES],
        taker=people["sara"],
        due_on=months_before(day, 2),
    )


def refresh() -> None:
    """Keep the departure ahead; what a visitor arranged stays."""
    person = Person.objects.filter(login=LEAVES, is_active=True, employed_until__isnull=False).first()
    today = queries.today()
    if person and person.employed_until and person.employed_until < today + NEAR:
        plan_departure(VIGIE, person, on=departure_day(today), ending=Ending.CONTRACT)
