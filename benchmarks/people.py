"""The pages about people, with 60 of them, five years of five duties and 60 lines of coverage, beside a static file."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import _lab
import pages

TODAY = datetime.now(UTC).date()
PEOPLE, YEARS, DUTIES, LINES = 60, 5, 5, 60
READERS, REQUESTS = _lab.number("READERS", 8), _lab.number("REQUESTS", 200)
PAGES = (
    pages.STATIC,
    "/today",
    "/coverage",
    "/coverage/who",
    "/coverage/lines/exp-07",
    "/coverage/leaving/person-13",
    "/desk",
)
SLOW = "/coverage/what-if?without=person-13&on={ahead}"  # a year of every duty, twice, and a chart: a few requests
PROMISED = {"/today": 50.0, "/coverage": 200.0}  # ms, p95 of one reader


def prepare(data: Path) -> str:
    """Write everything; returns the session of a lead."""
    _lab.set_up(data)
    from django.db import transaction  # noqa: PLC0415 # after Django is set up
    from django.test import Client  # noqa: PLC0415 # same
    from tests.support.cast import make_cast  # noqa: PLC0415 # same

    from vigie.kernel.clock import now  # noqa: PLC0415 # same

    with transaction.atomic():
        cast = make_cast(now=now(), support_on_duty=False, production_on_duty=False)
        people = _people()
        _shifts(people)
        _coverage(people)
        _lists(cast, people)
    client = Client()
    client.force_login(cast.sara, backend=pages.BACKEND)
    return client.cookies["sessionid"].value


def _people() -> list:
    from vigie.kernel.access import System  # noqa: PLC0415 # after Django is set up
    from vigie.people.actions import plan_departure, save_person  # noqa: PLC0415 # same

    found = [
        save_person(
            System(),
            login=f"person-{n:02}",
            name=f"Person Number {n:02}",
            email=f"p{n}@centre.test",
            groups=[("support" if n % 2 else "ops", False)],
        )
        for n in range(PEOPLE)
    ]
    for n in range(1, PEOPLE, 12):  # five of them leave within the year
        plan_departure(System(), found[n], on=TODAY + timedelta(days=30 * (n % 11 + 2)))
    return found


def _shifts(people: list) -> None:
    """Two levels a day of each duty, five years back and half a year ahead; who is away now and then."""
    from vigie.duty.actions import save_duty  # noqa: PLC0415 # after Django is set up
    from vigie.duty.models import Absence, Duty, Shift  # noqa: PLC0415 # same
    from vigie.kernel.access import System  # noqa: PLC0415 # same
    from vigie.kernel.clock import now  # noqa: PLC0415 # same

    for n in range(DUTIES - Duty.objects.count()):
        save_duty(System(), code=f"duty-{n}", name_fr=f"Permanence {n}", name_en=f"Duty {n}")
    start = now().replace(hour=7, minute=0, second=0, microsecond=0) - timedelta(days=365 * YEARS)
    day = timedelta(days=1)
    Shift.objects.bulk_create(
        (
            Shift(
                duty=duty,
                person=people[(n + 7 * row + 11 * level) % PEOPLE],
                level=level,
                starts_at=start + n * day,
                ends_at=start + (n + 1) * day,
            )
            for row, duty in enumerate(Duty.objects.all())
            for n in range(365 * YEARS + 180)
            for level in (1, 2)
        ),
        batch_size=2000,
    )
    Absence.objects.bulk_create(
        Absence(
            person=person,
            starts_at=start + (90 * n + 3 * i) * day,
            ends_at=start + (90 * n + 3 * i + 10) * day,
        )
        for i, person in enumerate(people)
        for n in range(4 * YEARS + 4)
    )


def _coverage(people: list) -> None:
    """Each line by three at a time, changing every year."""
    from vigie.experiments.actions import save_experiment  # noqa: PLC0415 # after Django is set up
    from vigie.experiments.coverage.models import Coverage  # noqa: PLC0415 # same
    from vigie.kernel.access import System  # noqa: PLC0415 # same

    fields = ("Astrophysics", "Particles", "Climate", "Genomics", "Neutrinos")
    rows = []
    for n in range(LINES - 2 - 1):  # two stand in the cast, one is general support
        experiment = save_experiment(
            System(), code=f"exp-{n:02}", name=f"Experiment {n:02}", domain=fields[n % 5]
        )
        for year in range(YEARS + 1):
            begin = TODAY - timedelta(days=365 * (YEARS - year) + 20)
            for place, level in enumerate(("primary", "backup", "training")):
                rows.append(
                    Coverage(
                        person=people[(n * 3 + year + place) % PEOPLE],
                        experiment=experiment,
                        level=level,
                        starts_on=begin,
                        ends_on=begin + timedelta(days=365) if year < YEARS else None,
                    )
                )
    Coverage.objects.bulk_create(rows)


def _lists(cast, people: list) -> None:
    """Support is held by the day, by twenty in order: what a simulation has to go through."""
    from vigie.duty.actions import Shape, shape_duty  # noqa: PLC0415 # after Django is set up
    from vigie.duty.models import Duty, Rotation, RotationPlace  # noqa: PLC0415 # same

    for duty in Duty.objects.all():
        shape_duty(cast.sara, duty, Shape(rhythm="round", handovers="8:00 20:00", levels=2))
        row = Rotation.objects.create(
            duty=duty, starts_on=TODAY - timedelta(days=300), every="day", offsets=[0, 1]
        )
        RotationPlace.objects.bulk_create(
            RotationPlace(rotation=row, number=n, person=person) for n, person in enumerate(people[:20])
        )


def main() -> None:
    from tests.support.processes import free_port, wait_for_port  # noqa: PLC0415 # after sys.path is set

    with _lab.folder() as data:
        session = prepare(data)
        port = free_port()
        program = Path(sys.executable).with_name("vigie")
        server = subprocess.Popen(
            [program, "serve", "--listen", f"127.0.0.1:{port}", "--no-worker"],
            env=os.environ | {"VIGIE_STORE_DATA": str(data), "VIGIE_LOG_LEVEL": "error"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        rows, late = [], []
        try:
            wait_for_port(port, seconds=60, process=server)
            ahead = f"{TODAY + timedelta(days=30)}"
            for path in PAGES:
                pages.readers(port, path, 2, 6, session)
                took, _rate = pages.readers(port, path, 1, max(30, REQUESTS // 5), session)
                busy, rate = pages.readers(port, path, READERS, REQUESTS, session)
                p95 = _lab.percentile(took, 0.95)
                if p95 > PROMISED.get(path, float("inf")):
                    late.append(path)
                alone = f"{_lab.percentile(took, 0.5):.1f}", f"{p95:.1f}"
                rows.append((path, *alone, f"{_lab.percentile(busy, 0.95):.0f}", f"{rate:.0f}"))
            pages.readers(port, SLOW.format(ahead=ahead), 1, 1, session)
            took, _rate = pages.readers(port, SLOW.format(ahead=ahead), 1, 5, session)
            rows.append(
                ("/coverage/what-if?…", f"{_lab.percentile(took, 0.5):.0f}", f"{max(took):.0f}", "–", "–")
            )
        finally:
            pages.stop_plain(server)
        _lab.table(
            f"people: {PEOPLE} people, {YEARS} years of {DUTIES} duties, {LINES} lines of coverage",
            ("page", "p50 alone ms", "p95 alone ms", f"p95 of {READERS} ms", "requests/s"),
            rows,
            "promised, p95 of one reader: /today 50 ms, the year's coverage 200 ms"
            + (f"; MISSED by {', '.join(late)}" if late else "; kept"),
            f"readers and server share the cores; {REQUESTS} requests each page; SQLite; 8 threads, no worker",
        )


if __name__ == "__main__":
    main()
