"""The first sentence of the page, the words of a cause, the morning mail."""

import math
from collections.abc import Mapping, Sequence
from datetime import date

from django.conf import settings
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from vigie.experiments.models import Experiment
from vigie.jobs.findings.models import COURSE_LABELS, Finding
from vigie.jobs.findings.queries.findings import ExperimentWaste, Overview
from vigie.jobs.findings.rules import Basis, Course, Presence
from vigie.lib.explain.sentences import MOST_TIMES
from vigie.people.models import Person

MOST_FINDINGS = 7
LABEL_LIMIT = 80  # of a value that users chose: a job's name may have a million characters

ATTRIBUTES: Mapping[str, object] = {
    "cluster": gettext_lazy("cluster"),
    "experiment": pgettext_lazy("attribute", "experiment"),
    "user": gettext_lazy("user"),
    "account": pgettext_lazy("batch", "account"),
    "group": pgettext_lazy("batch", "group"),
    "queue": gettext_lazy("queue"),
    "qos": gettext_lazy("quality of service"),
    "node": gettext_lazy("node"),
    "rack": gettext_lazy("rack"),
    "room": gettext_lazy("room"),
    "model": gettext_lazy("node model"),
    "service": pgettext_lazy("attribute", "service"),
    "name_shape": gettext_lazy("job name"),
    "submitted_from": gettext_lazy("submitted from"),
    "hour": gettext_lazy("hour of start"),
    "state": pgettext_lazy("job", "state"),
    "language": gettext_lazy("language"),
}


def attribute_name(attribute: str) -> str:
    """An attribute of jobs in the language of the moment; one that nobody named keeps its own name."""
    return str(ATTRIBUTES.get(attribute, attribute))


def cut(value: object, most: int = LABEL_LIMIT) -> str:
    """What users named, on one line and not endless; for eyes only."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def where_words(where: Mapping[str, str]) -> str:
    """“rack r12, user anna”, in the language of the moment."""
    return ", ".join(f"{attribute_name(name)} {cut(value)}" for name, value in where.items())


def amount(value: float) -> str:
    """A number for eyes: counts whole, measures whole from ten on and with one place below; thousands apart."""
    whole = isinstance(value, int) or abs(value) >= 10  # noqa: PLR2004 # ten
    places = 0 if whole else 1
    return number_format(round(value, places), places, force_grouping=True)  # Django cuts, and does not round


def headline(found: Overview | None) -> str:
    """What the page on jobs begins with, in the language of the moment.

    “Of 31,204 running jobs 1,912 waste 4,310 core-hours a day. Three causes explain 87% of it.”
    """
    if found is None:
        return _("No jobs were looked at yet.")
    if found.flagged == 0:
        return _nothing_bad(found)
    numbers = {
        "jobs": amount(found.jobs),
        "bad": amount(found.flagged),
        "cost": amount(found.lost_per_day),
    }
    if found.basis is Basis.RUNNING:
        first = ngettext(
            "Of %(jobs)s running jobs %(bad)s wastes %(cost)s core-hours a day.",
            "Of %(jobs)s running jobs %(bad)s waste %(cost)s core-hours a day.",
            found.flagged,
        )
    else:
        first = ngettext(
            "Of %(jobs)s jobs that ended on that day %(bad)s wasted %(cost)s core-hours.",
            "Of %(jobs)s jobs that ended on that day %(bad)s wasted %(cost)s core-hours.",
            found.flagged,
        )
    return f"{first % numbers} {_explained(found)}"


def _nothing_bad(found: Overview) -> str:
    numbers = {"jobs": amount(found.jobs)}
    if found.basis is Basis.RUNNING:
        first = _("None of %(jobs)s running jobs is known to waste its cores.")
    else:
        first = _("None of %(jobs)s jobs that ended on that day is known to have wasted its cores.")
    if not found.unjudged:
        return first % numbers
    unknown = ngettext(
        "%(unknown)s of them could not be measured.",
        "%(unknown)s of them could not be measured.",
        found.unjudged,
    )
    return f"{first % numbers} {unknown % {'unknown': amount(found.unjudged)}}"


_SMALL = {
    1: pgettext_lazy("beginning", "One"),
    2: pgettext_lazy("beginning", "Two"),
    3: pgettext_lazy("beginning", "Three"),
    4: pgettext_lazy("beginning", "Four"),
    5: pgettext_lazy("beginning", "Five"),
    6: pgettext_lazy("beginning", "Six"),
    7: pgettext_lazy("beginning", "Seven"),
    8: pgettext_lazy("beginning", "Eight"),
    9: pgettext_lazy("beginning", "Nine"),
}


def _explained(found: Overview) -> str:
    if not found.causes:
        return _("They have nothing in common that explains it.")
    share = {"n": str(_SMALL.get(found.causes, found.causes)), "share": round(found.explained * 100)}
    return (
        ngettext(
            "%(n)s cause explains %(share)d%% of it.",
            "%(n)s causes explain %(share)d%% of it.",
            found.causes,
        )
        % share
    )


def course_words(finding: Finding) -> str:
    """“new”, “growing”, “gone”, in the language of the moment."""
    return str(COURSE_LABELS[Course(finding.course)])


def risk_words(finding: Finding) -> str:
    """“4.2 times as often bad (3.8 to 4.7)”; without a job outside to compare with: that no other is.

    As in the sentence (`lib.explain`), a number beyond `MOST_TIMES` is not spelt out.
    """
    if finding.risk_ratio is None:
        return _("no other job is bad")
    high = math.inf if finding.high is None else finding.high
    numbers = {
        "ratio": amount(min(finding.risk_ratio, MOST_TIMES)),
        "low": amount(finding.low),
        "high": amount(min(high, MOST_TIMES)),
    }
    if finding.risk_ratio > MOST_TIMES:
        return _("more than %(ratio)s times as often bad as others (at least %(low)s)") % numbers
    if high > MOST_TIMES:
        return _("%(ratio)s times as often bad as others (at least %(low)s)") % numbers
    return _("%(ratio)s times as often bad as others (%(low)s to %(high)s)") % numbers


def link(finding: Finding) -> str:
    return f"{settings.OPTIONS['site.url']}/desk/jobs/findings/{finding.pk}"


def digest_mail(
    person: Person, day: date, parts: Sequence[tuple[Experiment | None, ExperimentWaste]]
) -> dict[str, str]:
    """The morning mail: for each experiment that the person answers for what its jobs waste, and why."""
    with translation.override(person.language):
        blocks = [_block(experiment, waste, person.language) for experiment, waste in parts]
        names = ", ".join(_name(experiment) for experiment, _waste in parts)
        return {
            "subject": _("Slow jobs on %(day)s: %(names)s")
            % {"day": day.isoformat(), "names": cut(names, 120)},
            "text": _("%(name)s,\n\n%(blocks)s\n\nEverything about jobs: %(link)s")
            % {
                "name": person.name,
                "blocks": "\n\n".join(blocks),
                "link": f"{settings.OPTIONS['site.url']}/desk/jobs",
            },
        }


def _name(experiment: Experiment | None) -> str:
    return experiment.name if experiment else _("jobs of no experiment")


def _block(experiment: Experiment | None, waste: ExperimentWaste, language: str) -> str:
    lines = [_name(experiment)]
    for row, words in ((waste.running, _running_line), (waste.finished, _finished_line)):
        if row is not None and row.flagged:
            lines.append(words(row.flagged, row.users, row.lost_per_day))
    lines += [_finding_line(finding, language) for finding in waste.findings[:MOST_FINDINGS]]
    if more := len(waste.findings[MOST_FINDINGS:]):
        lines.append(ngettext("- and %(n)d more", "- and %(n)d more", more) % {"n": more})
    return "\n".join(lines)


def _running_line(flagged: int, users: int, cost: float) -> str:
    return ngettext(
        "Running now: %(jobs)s slow job (users: %(users)s) that wastes %(cost)s core-hours a day.",
        "Running now: %(jobs)s slow jobs (users: %(users)s) that waste %(cost)s core-hours a day.",
        flagged,
    ) % {"jobs": amount(flagged), "users": amount(users), "cost": amount(cost)}


def _finished_line(flagged: int, users: int, cost: float) -> str:
    return ngettext(
        "Ended yesterday: %(jobs)s slow job (users: %(users)s) that wasted %(cost)s core-hours.",
        "Ended yesterday: %(jobs)s slow jobs (users: %(users)s) that wasted %(cost)s core-hours.",
        flagged,
    ) % {"jobs": amount(flagged), "users": amount(users), "cost": amount(cost)}


def _finding_line(finding: Finding, language: str) -> str:
    word = course_words(finding) if finding.presence == Presence.HERE else ""
    return f"- [{word}] {cut(finding.sentence(language), 400)}\n  {link(finding)}"
