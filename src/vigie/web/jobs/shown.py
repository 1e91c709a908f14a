"""Findings as the pages show them: the sentence, how it goes, and to whom it goes. A few questions for all of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from vigie.duty.queries import on_duty
from vigie.duty.rules import DutyCode
from vigie.experiments.coverage.queries import covers_of
from vigie.experiments.models import Experiment
from vigie.jobs.findings.models import Finding, FindingMeasure, FindingShare
from vigie.jobs.findings.rules import Basis
from vigie.jobs.findings.texts import amount, course_words, risk_words
from vigie.kernel import clock
from vigie.people.models import Person
from vigie.web.jobs import charts
from vigie.web.jobs.words import centre_zone

PLACES = frozenset({"node", "rack", "room", "model"})  # what Operations mends, whoever's jobs it hits
SPARK_DAYS = 14


@dataclass(frozen=True)
class Whom:
    """Who should hear of a finding, and for which experiment (None: the jobs of none; no `person`: nobody is there)."""

    person: Person | None
    experiment: Experiment | None
    operations: bool = False


@dataclass(frozen=True)
class FindingShown:
    row: Finding
    sentence: str
    course: str
    jobs: str
    users: str
    cost: str
    risk: str
    spark: SafeString
    whom: Sequence[Whom]
    more_whom: int


def shown(findings: Iterable[Finding], *, most_whom: int = 3) -> list[FindingShown]:
    """Findings in their order."""
    rows = list(findings)
    language = get_language() or "fr"
    history, shares = by_day(rows), _shares(rows)
    touched = {share.experiment_id: share.experiment for found in shares.values() for share in found}
    covers = covers_of(touched.values(), clock.now()) if touched else {}
    operator = _operator() if any(PLACES & set(row.where) for row in rows) else None
    found = []
    for row in rows:
        whom = [Whom(operator, None, operations=True)] if PLACES & set(row.where) else []
        for share in shares.get(row.pk, []):
            persons = covers[share.experiment_id].persons
            whom.append(Whom(persons[0] if persons else None, share.experiment))
        found.append(
            FindingShown(
                row,
                row.sentence(language),
                course_words(row),
                ngettext("%(n)s bad job", "%(n)s bad jobs", row.flagged) % {"n": amount(row.flagged)},
                ngettext("%(n)s user", "%(n)s users", row.users) % {"n": amount(row.users)},
                _("%(n)s core-hours a day") % {"n": amount(row.lost_per_day)},
                risk_words(row),
                charts.spark(tuple(value for _day, value in history.get(row.pk, []))),
                whom[:most_whom],
                max(0, len(whom) - most_whom),
            )
        )
    return found


def by_day(findings: Sequence[Finding], days: int = SPARK_DAYS) -> dict[int, list[tuple[date, float]]]:
    """What each cost by day of the centre, core-hours a day, the mean of the day's looks; oldest first."""
    here, since = centre_zone(), clock.now() - timedelta(days=days)
    measures = FindingMeasure.objects.filter(finding__in=findings, synthesis__at__gte=since)
    seen: dict[int, dict[date, list[float]]] = defaultdict(lambda: defaultdict(list))
    basis = {row.pk: row.basis for row in findings}
    rows = measures.values_list(
        "finding_id", "synthesis__basis", "synthesis__at", "synthesis__day", "lost_per_day"
    )
    for pk, of, at, day, value in rows:
        if of == basis[pk]:
            seen[pk][day if of == Basis.FINISHED else _day(at, here)].append(value)
    return {
        pk: [(day, sum(values) / len(values)) for day, values in sorted(found.items())]
        for pk, found in seen.items()
    }


def _day(at: datetime, here: ZoneInfo) -> date:
    return at.astimezone(here).date()


def _shares(findings: Sequence[Finding]) -> dict[int, list[FindingShare]]:
    """Whose jobs are behind each: of the last look that found it, the costliest first."""
    rows = FindingShare.objects.filter(finding__in=findings).select_related("experiment", "synthesis")
    newest: dict[int, datetime] = {}
    by: dict[int, list[FindingShare]] = defaultdict(list)
    basis = {row.pk: row.basis for row in findings}
    recent = clock.now() - timedelta(days=SPARK_DAYS)
    for row in rows.filter(synthesis__at__gte=recent).order_by("-synthesis__at", "-lost_per_day"):
        pk = row.finding_id or 0
        if row.synthesis.basis == basis[pk] and newest.setdefault(pk, row.synthesis.at) == row.synthesis.at:
            by[pk].append(row)
    return by


def _operator() -> Person | None:
    return next((row.person for row in on_duty(clock.now(), DutyCode.PRODUCTION) if row.level == 1), None)
