"""How Valmorin's duties are held from today on: five rotations, some absences, one offer that waits for an answer."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from vigie.demo.rota import OPERATORS, SUPPORTERS
from vigie.duty import actions
from vigie.duty.actions import Shape
from vigie.duty.models import Duty, Rotation, Shift, ShiftChange
from vigie.kernel import clock
from vigie.kernel.access import System
from vigie.lib.localtime import instant
from vigie.people.models import Person

VIGIE = System("demo")
WORKDAYS = range(5)

DUTIES: dict[str, tuple[Shape, str, tuple[str, ...]]] = {
    "production": (
        Shape(
            rhythm="round",
            handovers="08:00 20:00",
            levels=2,
            minimum=3,
            ideal=5,
            phone_public=True,
            checklist_fr="Lire le journal des arrêts ouverts\nVérifier l’état de la ferme\nPasser le téléphone",
            checklist_en="Read the log of open outages\nCheck the state of the farm\nPass the telephone on",
        ),
        "shift",
        OPERATORS,
    ),
    "support": (
        Shape(rhythm="round", handovers="08:00", levels=2, minimum=3, ideal=5, needs_approval=True),
        "day",
        SUPPORTERS,
    ),
    "tpm": (
        Shape(rhythm="weekly", handovers="08:00", weekdays=[0], levels=2, minimum=2, ideal=4),
        "week",
        SUPPORTERS,
    ),
    "storage": (
        Shape(
            rhythm="office", handovers="09:00", closes=time(18), weekdays=WORKDAYS, on_holidays=False, ideal=3
        ),
        "week",
        ("ndeye", "tomasz"),
    ),
    "network": (
        Shape(rhythm="weekly", handovers="12:00", weekdays=[3], levels=1, minimum=2, ideal=3),
        "week",
        ("bruno", "amina", "odile"),
    ),
}


def fill(first: date) -> None:
    """Patterns and rotations from a day on; what visitors changed since then stays."""
    if Rotation.objects.exists():
        actions.refill_all()
        return
    people = {person.login: person for person in Person.objects.all()}
    for code, (shape, every, logins) in DUTIES.items():
        duty = actions.shape_duty(VIGIE, Duty.objects.get(code=code), shape)
        actions.save_rotation(
            VIGIE,
            duty,
            starts_on=first,
            every=every,
            people=[people[login] for login in logins],
            offsets=[0, 1],
        )
    _away(people["tomasz"], first + timedelta(days=9), 5)
    _away(people["kenji"], first + timedelta(days=16), 9)
    _away(people["lucie"], first + timedelta(days=30), 3)
    own = Shift.objects.filter(duty__code="support", level=1, person=people["denis"])
    offered = own.filter(starts_at__gt=clock.now() + timedelta(days=3)).order_by("starts_at").first()
    if offered is not None:
        actions.offer_swap(VIGIE, offered, why="Un train à prendre ce jour-là.")
    ShiftChange.objects.filter(told_at=None).update(told_at=clock.now())  # they have known for long


def _away(person: Person, first: date, days: int) -> None:
    actions.add_absence(
        VIGIE,
        person,
        starts_at=_midnight(first),
        ends_at=_midnight(first + timedelta(days=days)),
        note="Congés",
    )


def _midnight(day: date) -> datetime:
    return instant(datetime.combine(day, time(0)), ZoneInfo(settings.TIME_ZONE))
