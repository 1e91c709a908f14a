"""The morning mail to each support person: what the jobs of the experiments they answer for waste, and why."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from vigie.duty.queries import on_duty
from vigie.experiments.coverage.queries import cover_of
from vigie.experiments.models import Experiment
from vigie.jobs.findings.queries.findings import ExperimentWaste, waste_by_experiment
from vigie.jobs.findings.texts import digest_mail
from vigie.kernel import clock
from vigie.people.models import Person
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import Delivery

DIGEST_HOUR = 7
SUPPORT = "support"  # the duty whose holder looks after jobs of no experiment
LEAST_COST = 1.0  # core-hours a day: below, silence


def digest_day(now: datetime) -> date | None:
    """The day whose mail is due at `now`: from seven of the centre's morning on; None before."""
    here = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    return here.date() if here.hour >= DIGEST_HOUR else None


def digests_due() -> bool:
    """Whether this morning's mails may still have to be written: one short read."""
    day = digest_day(clock.now())
    return day is not None and not Delivery.objects.filter(key__startswith=f"jobs-day:{day}:").exists()


@transaction.atomic
def send_digests() -> int:
    """One mail to everyone who answers for an experiment whose jobs waste something; quiet where there is nothing.

    The outbox keeps it to one a day and person, however often this runs.
    """
    now = clock.now()
    day = digest_day(now)
    if day is None:
        return 0
    by_person: dict[Person, list[tuple[Experiment | None, ExperimentWaste]]] = {}
    experiments = Experiment.objects.in_bulk()
    for waste in waste_by_experiment():
        if _silent(waste):
            continue
        experiment = None if waste.experiment_id is None else experiments[waste.experiment_id]
        for person in _who(experiment, now):
            by_person.setdefault(person, []).append((experiment, waste))
    return enqueue(
        Parcel(
            key=f"jobs-day:{day}:{person.pk}",
            recipient=person.email,
            recipient_name=person.name,
            language=person.language,
            topic="jobs",
            payload=dict(digest_mail(person, day, parts)),
        )
        for person, parts in by_person.items()
        if person.email
    )


def _silent(waste: ExperimentWaste) -> bool:
    costs = [row.lost_per_day for row in (waste.running, waste.finished) if row]
    return max(costs, default=0.0) < LEAST_COST


def _who(experiment: Experiment | None, now: datetime) -> Iterable[Person]:
    """Who covers the experiment; for jobs of none who is on Support duty, else who answers for general support."""
    if experiment is None:
        first = [row.person for row in on_duty(now, SUPPORT) if row.level == 1]
        if first:
            return first
    return cover_of(experiment, now).persons
