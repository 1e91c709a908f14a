"""A job as a row of a table, in words; its reasons with their numbers."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from vigie.jobs import detect
from vigie.jobs.findings.queries.jobs import Job
from vigie.jobs.findings.texts import amount, cut
from vigie.web.jobs.words import hours, node_words, percent, state_word


def row_shown(job: Job) -> dict[str, Any]:
    """What a row of the list shows of a job; what users named is cut and on one line."""
    return {
        "job": job,
        "name": cut(job.name or "", 60),
        "user": cut(job.user or "–", 40),
        "nodes": node_words(job.nodes),
        "state": state_word(job.state),
        "elapsed": hours(job.elapsed_s),
        "efficiency": percent(job.efficiency),
        "lost": "" if not job.lost_per_day else amount(job.lost_per_day),
        "why": title(job.detectors[0]) if job.detectors else "",
        "more": len(job.detectors) - 1,
        "all": ", ".join(title(name) for name in job.detectors),
    }


def title(detector: str) -> str:
    """A detector's name in words; one that is gone keeps its own name."""
    try:
        return _said(detect.get(detector).title)
    except KeyError:
        return detector


def reasons(job: Job) -> list[dict[str, Any]]:
    """Why each detector named the job: in words with its numbers, and where its thresholds come from."""
    language = get_language() or "fr"
    found: list[dict[str, Any]] = []
    for name in job.detectors:
        try:
            one = detect.get(name)
        except KeyError:  # it was taken away since
            found.append({"title": name})
            continue
        found.append(
            {
                "title": _said(one.title),
                "why": detect.why(name, numbers, language) if (numbers := _numbers(job, name)) else "",
                "about": _said(one.about),
                "formula": one.formula,
                "thresholds": [(_said(limit.about), _said(limit.source)) for limit in one.thresholds],
            }
        )
    return found


def _numbers(job: Job, detector: str) -> Mapping[str, Any] | None:
    """Those of the detector's sentence; a file of bad jobs written before holds the first detector's only."""
    every = job.numbers.get("all") or {}
    return every.get(detector) or (job.numbers if detector == job.detector else None)


def _said(words: detect.Words) -> str:
    return words.fr if (get_language() or "fr") == "fr" else words.en
