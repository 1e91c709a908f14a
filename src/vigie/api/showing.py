"""Rows to shapes: the outage and what hangs on it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings

from vigie.api import shapes
from vigie.kernel import clock
from vigie.notices import queries as notices
from vigie.notices.actions import problems_of
from vigie.notices.models import Version, VersionState
from vigie.notices.rules import Effect, once_each
from vigie.notices.texts import problem_words, render
from vigie.outages import queries
from vigie.outages.actions import audience
from vigie.outages.models import Alarm, Fact, Outage
from vigie.outages.rules import Due
from vigie.outages.sayings import log_text
from vigie.outages.texts import facts_for, headline, path, public_links
from vigie.people.models import Person
from vigie.post.queries import tally
from vigie.services.models import Service

OPEN_VERSIONS = (VersionState.DRAFT, VersionState.APPROVED)


def person_ref(person: Person) -> shapes.PersonRef:
    return shapes.PersonRef(login=person.login, name=person.name)


def service_ref(service: Service) -> shapes.ServiceRef:
    return shapes.ServiceRef(code=service.code, name_fr=service.name_fr, name_en=service.name_en)


def outage_fields(row: Outage, due: Due | None) -> dict[str, Any]:
    """What a list shows of an outage."""
    return {
        "id": row.pk,
        "url": f"{settings.OPTIONS['site.url']}{path(row)}",
        "kind": row.kind,
        "state": row.state,
        "headline_fr": headline(row, "fr"),
        "headline_en": headline(row, "en"),
        "services": [
            shapes.AffectedOut(
                service=service_ref(line.service),
                effect=Effect(line.effect),
                starts_at=line.starts_at,
                expected_end=line.expected_end,
                restored_at=line.restored_at,
            )
            for line in queries.affected(row)
        ],
        "contact": person_ref(row.contact),
        "follower": person_ref(row.follower) if row.follower else None,
        "follower_stands_in": row.follower_stands_in,
        "origin": row.origin,
        "declared_at": row.declared_at,
        "declared_by": row.declared_by,
        "starts_at": row.starts_at,
        "expected_end": row.expected_end,
        "ended_at": row.ended_at,
        "reopened_at": row.reopened_at,
        "next_update_by": row.next_update_by,
        "false_alarm": row.false_alarm,
        "data_lost": row.data_lost,
        "due": shapes.DueOut(what=due.what, notice=due.notice, at=due.at, overdue=due.at <= clock.now())
        if due
        else None,
    }


def outages_out(rows: Iterable[Outage]) -> list[shapes.OutageOut]:
    """Outages as a list shows them, their lines and what they owe read once for all."""
    found = queries.with_lines(rows)
    due = queries.dues(found)
    return [shapes.OutageOut(**outage_fields(row, due[row.pk])) for row in found]


def outage_full(row: Outage) -> shapes.OutageFull:
    """The outage as it stands in the database now, with log, notices, alarms, deliveries and report."""
    row = queries.outage(row.pk)
    told = [*notices.published(row.thread)]
    drafts = notices.drafts().filter(notice__thread=row.thread_id)
    refs = version_refs([*told, *drafts], {row.thread_id: row.pk})
    proposed = queries.end_proposed(row)
    states: dict[str, int] = {}
    for ref in refs:
        for state, count in ref.deliveries.items():
            states[state] = states.get(state, 0) + count
    return shapes.OutageFull(
        **outage_fields(row, queries.due(row)),
        log=[fact_out(fact) for fact in queries.log(row)],
        notices=refs,
        alarms=[alarm_out(alarm) for alarm in queries.alarms().filter(outage=row)[: shapes.PAGE_LIMIT]],
        end_proposed_by=proposed.pk if proposed else None,
        deliveries=states,
        report=report_out(row),
        review_fr=row.review_fr,
        review_en=row.review_en,
        reviewed_at=row.reviewed_at,
    )


def fact_out(fact: Fact) -> shapes.FactOut:
    return shapes.FactOut(
        id=fact.pk,
        at=fact.at,
        kind=fact.kind,
        author=fact.author_label,
        login=fact.author.login if fact.author else None,
        text=log_text(fact),
        answers=fact.answers_id,
    )


def alarm_out(alarm: Alarm) -> shapes.AlarmOut:
    return shapes.AlarmOut(
        id=alarm.pk,
        source=alarm.source,
        fingerprint=alarm.fingerprint,
        firing=alarm.firing,
        service=alarm.service.code if alarm.service else None,
        outage=alarm.outage_id,
        summary=alarm.summary,
        severity=alarm.severity,
        labels={str(key): str(value) for key, value in alarm.labels.items()},
        link=alarm.link,
        starts_at=alarm.starts_at,
        resolved_at=alarm.resolved_at,
        first_seen=alarm.first_seen,
        last_seen=alarm.last_seen,
        count=alarm.count,
        problem=alarm.problem,
        settled_at=alarm.settled_at,
    )


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None


def report_out(row: Outage) -> shapes.ReportOut:
    """The numbers of the report, in seconds."""
    found = queries.report_of(row)
    now = clock.now()
    return shapes.ReportOut(
        lasted_seconds=_seconds(found.lasted),
        to_declare_seconds=found.to_declare.total_seconds(),
        to_first_notice_seconds=_seconds(found.to_first_notice),
        longest_gap_seconds=_seconds(found.longest_gap),
        gaps_seconds=[gap.total_seconds() for gap in found.gaps],
        overran_seconds=_seconds(found.overran),
        promises=[
            shapes.PromiseOut(made_at=item.made_at, by=item.by, next_word=item.next_word, kept=item.kept(now))
            for item in found.promises
        ],
        services=[
            shapes.ServiceCourseOut(
                code=item.code,
                effect=item.effect,
                starts_at=item.starts_at,
                expected_end=item.expected_end,
                restored_at=item.restored_at,
                lasted_seconds=_seconds(item.lasted),
            )
            for item in found.services
        ],
    )


def _name(person: Person | None) -> str | None:
    return person.name if person else None


def _version_fields(row: Version, outage_pk: int | None, deliveries: dict[str, int]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "outage": outage_pk,
        "kind": row.notice.kind,
        "number": row.notice.number,
        "version": row.number,
        "state": row.state,
        "correction": row.correction,
        "created_at": row.created_at,
        "created_by": _name(row.created_by),
        "approved_at": row.approved_at,
        "approved_by": _name(row.approved_by),
        "published_at": row.published_at,
        "published_by": _name(row.published_by),
        "next_update_by": row.next_update_by,
        "deliveries": deliveries,
    }


def version_refs(rows: list[Version], outages: dict[int, int] | None = None) -> list[shapes.VersionRef]:
    """Versions without their words; `outages` is {thread: outage} where the caller knows it."""
    if outages is None:
        outages = queries.outage_ids(row.notice.thread_id for row in rows)
    counts = tally(row.topic for row in rows)
    return [
        shapes.VersionRef(**_version_fields(row, outages.get(row.notice.thread_id), counts[row.topic]))
        for row in rows
    ]


def version_out(row: Version, outage: Outage) -> shapes.VersionOut:
    """A version with its words; of a draft, a preview made from the facts as they are now."""
    row = notices.version(row.pk)
    is_open = row.state in OPEN_VERSIONS
    if is_open and not row.rendered:
        row.facts = facts_for(outage, row).to_json()
    rendered = row.rendered or {
        language: render(
            row.notice.kind,
            row.the_facts,
            language=language,
            paragraphs=row.paragraphs,
            flashes=row.flashes,
            link=link,
            correction=bool(row.correction),
        ).to_json()
        for language, link in public_links(outage).items()
    }
    return shapes.VersionOut(
        **_version_fields(row, outage.pk, tally([row.topic])[row.topic]),
        edits=row.edits,
        frozen=bool(row.rendered),
        paragraphs=row.paragraphs,
        flashes=row.flashes,
        rendered=rendered,
        problems=[
            shapes.ProblemOut(
                code=problem.code,
                section=problem.section,
                language=problem.language,
                message=problem_words(problem, place=False),
            )
            for problem in (problems_of(row) if is_open else ())
        ],
        recipients=len(once_each(audience(outage))) if is_open else len(row.audience),
    )
