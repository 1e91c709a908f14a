"""What the commands of `vigie jobs` do once Django is there."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from vigie.cli import output
from vigie.cli.actor import acting
from vigie.cli.errors import Wrong, say
from vigie.cli.times import maybe_moment_or_day, moment_or_day, shown
from vigie.cli.words import gettext as _
from vigie.cli.words import language
from vigie.jobs.detect.detector import Unit
from vigie.jobs.detect.words import spoken
from vigie.jobs.detect.words import why as reason_of
from vigie.jobs.findings import actions, carrying, records
from vigie.jobs.findings.models import Finding
from vigie.jobs.findings.queries import findings as findings_
from vigie.jobs.findings.queries import jobs
from vigie.jobs.findings.queries.jobs import Job, JobFilter
from vigie.jobs.findings.rules import Basis
from vigie.jobs.findings.texts import amount, course_words, cut, headline


def wanted(
    equal: Mapping[str, str],
    words: str,
    detector: str,
    finding: int,
    *,
    finished: bool,
    start: str,
    until: str,
    order: str,
    slow: bool,
) -> JobFilter:
    """The jobs that the options ask for."""
    about: Finding | None = findings_.finding_by_id(finding) if finding else None
    if about is not None and not (finished or start or until):
        of = jobs.of_finding(about)
        basis, since, ends = of.basis, of.since, of.until
    else:
        basis = Basis.FINISHED if finished or start or until else Basis.RUNNING
        since, ends = maybe_moment_or_day(start, "--from"), maybe_moment_or_day(until, "--to")
    return JobFilter(
        basis=basis,
        equal={name: value for name, value in equal.items() if value},
        words=words,
        slow=slow,
        detector=detector,
        finding=about,
        since=since,
        until=ends,
        order=order,
    )


def findings(*, as_json: bool) -> None:
    """`vigie jobs explain` without a file: what is wrong now."""
    overview, found = findings_.overview(), list(findings_.present())
    if as_json:
        output.as_json(records.explanation_record(overview, found))
        return
    output.line(headline(overview))
    shown_now = [one for one in found if one.flagged]  # 0: found in old jobs only, read in late
    for heading, basis in (
        (_("Among the jobs that run, the costliest first"), Basis.RUNNING),
        (_("Among the jobs that ended lately"), Basis.FINISHED),
    ):
        _show_findings(heading, [one for one in shown_now if one.basis == basis])


def _show_findings(heading: str, found: Sequence[Finding]) -> None:
    """Numbered as on the page; the number of --finding stands beside the word for how it goes."""
    if found:
        output.line()
        output.line(heading)
    for place, one in enumerate(found, 1):
        about = f"{course_words(one)}, --finding {one.pk}"
        output.line()
        output.line(f"{place}. [{about}] {cut(one.sentence(language()), 600)}")


def slow(wanted: JobFilter, limit: int, *, as_json: bool) -> None:
    page = jobs.jobs(wanted, limit=limit)
    if as_json:
        output.as_json({"count": page.count, "jobs": [records.job_record(one) for one in page.rows]})
        return
    headings = [
        _("Cluster"),
        _("Job"),
        _("User"),
        _("Experiment"),
        _("Cores"),
        _("CPU"),
        _("Core-hours lost") if wanted.basis is Basis.FINISHED else _("Lost a day"),
        _("Why"),
    ]
    output.table(headings, [_row(one) for one in page.rows], empty=_("No bad jobs."))
    if page.count > len(page.rows):
        say(_("%(n)s of %(count)s shown; --limit shows more.") % {"n": len(page.rows), "count": page.count})


def _row(one: Job) -> tuple[object, ...]:
    share = "–" if one.efficiency is None else _share(one.efficiency)
    lost = amount(one.lost_per_day or 0.0)
    names = (cut(one.job_id, 40), cut(one.user or "–", 24), one.experiment or "–")
    return one.cluster, *names, one.cores, share, lost, _why(one)


def _share(value: float) -> str:
    return spoken(value, Unit.SHARE, language())


def _why(one: Job) -> str:
    if not one.detector:
        return ""
    try:
        return cut(reason_of(one.detector, one.numbers, language()), 160)
    except (KeyError, StopIteration, ValueError):  # a detector that this version no longer has
        return one.detector


def show(cluster: str, job_id: str, *, as_json: bool) -> None:
    attempts = jobs.job(cluster, job_id)
    if as_json:
        output.as_json(
            [records.job_record(one) | {"curve": records.curve_record(jobs.curve(one))} for one in attempts]
        )
        return
    for one in attempts:
        _show(one)


def _show(one: Job) -> None:
    output.line(f"{one.cluster} {one.job_id}  {cut(one.name or '–')}")
    output.lines(
        (_("User"), f"{cut(one.user or '–')} {cut(one.person or '')}".strip()),
        (_("Experiment"), one.experiment or ""),
        (_("Queue"), cut(one.queue or "")),
        (_("State"), one.state or ""),
        (_("Nodes"), cut(" ".join(one.nodes), 200)),
        (_("Cores"), one.cores or ""),
        (_("Started"), shown(one.started)),
        (_("Ended"), shown(one.ended)),
        (_("CPU"), "" if one.efficiency is None else _share(one.efficiency)),
        (_("Lost core-hours"), amount(one.lost_core_hours) if one.lost_core_hours else ""),
        (_("Why"), _why(one)),
    )
    points = jobs.curve(one).points
    rows = [
        (
            shown(point.seen),
            "" if point.cpu_s is None else f"{point.cpu_s:.0f}",
            "" if point.efficiency is None else _share(point.efficiency),
        )
        for point in points
    ]
    if rows:
        output.table([_("Seen"), _("CPU seconds"), _("CPU since then")], rows, empty="")
    output.line()


def export(wanted: JobFilter, form: str, file: Path | None) -> None:
    if form not in {"csv", "parquet"}:
        raise Wrong(_("--format: there are csv and parquet, not “%(form)s”.") % {"form": form})
    if form == "parquet" and file is None and sys.stdout.isatty():
        raise Wrong(_("Parquet is not for a terminal; say --output FILE."))
    try:
        if form == "parquet":
            carrying.write_parquet(wanted, file or sys.stdout.buffer)
        elif file is None:
            for text in carrying.csv_lines(wanted):
                sys.stdout.write(text)
        else:
            with file.open("w", encoding="utf-8", newline="") as sink:
                sink.writelines(carrying.csv_lines(wanted))
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise Wrong(f"{file or _('standard output')}: {error.strerror or error}.") from None


def exempt(as_: str, kind: str, value: str, *, until: str, why: str, cluster: str, as_json: bool) -> None:
    row = actions.exempt(
        acting(as_),
        kind=kind,
        value=value,
        reason=why,
        until=moment_or_day(until, "--until", end=True),
        cluster=cluster,
    )
    if as_json:
        output.as_json(records.exemption_record(row))
        return
    words = {"id": row.pk, "kind": row.kind, "value": row.value, "until": shown(row.until)}
    output.line(_("%(id)s: %(kind)s %(value)s is left alone until %(until)s.") % words)
    if row.kind in {"user", "queue"} and not jobs.has_any(row.kind, row.value):
        say(_("No job of “%(value)s” is known: is it written as the batch system does?") % words)


def exemptions(*, ended: bool, as_json: bool) -> None:
    rows = findings_.exemptions(ended=ended)
    if as_json:
        output.as_json([records.exemption_record(one) for one in rows])
        return
    output.table(
        [_("Id"), _("Kind"), _("Which"), _("Cluster"), _("Until"), _("Why"), _("By whom")],
        [
            (one.pk, one.kind, one.value, one.cluster, shown(one.until), one.reason, one.made_by)
            for one in rows
        ],
        empty=_("Nothing is exempt."),
    )


def unexempt(as_: str, id_: int) -> None:
    actions.end_exemption(acting(as_), findings_.exemption_by_id(id_))
    output.line(_("Ended."))
