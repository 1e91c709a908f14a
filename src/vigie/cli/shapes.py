"""Our objects as JSON for programs: stable names, codes rather than labels, times with their offset."""

from typing import Any

from vigie.cli.output import person
from vigie.notices.models import Version
from vigie.notices.queries import published
from vigie.outages import queries
from vigie.outages.models import Fact, Outage
from vigie.outages.sayings import log_text
from vigie.outages.texts import headline

Shape = dict[str, Any]


def outage(row: Outage) -> Shape:
    """An outage as a line of a list."""
    due = queries.due(row)
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "title": {language: headline(row, language) for language in ("fr", "en")},
        "contact": person(row.contact),
        "follower": person(row.follower),
        "follower_stands_in": row.follower_stands_in,
        "starts_at": row.starts_at,
        "expected_end": row.expected_end,
        "ended_at": row.ended_at,
        "next_update_by": row.next_update_by,
        "due": {"what": due.what, "at": due.at} if due else None,
        "services": [
            {
                "service": line.service.code,
                "effect": line.effect,
                "starts_at": line.starts_at,
                "expected_end": line.expected_end,
                "restored_at": line.restored_at,
            }
            for line in queries.affected(row)
        ],
    }


def outage_in_full(row: Outage) -> Shape:
    """An outage with all that `vigie outage show` says."""
    return outage(row) | {
        "declared_at": row.declared_at,
        "declared_by": row.declared_by,
        "origin": row.origin,
        "false_alarm": row.false_alarm,
        "data_lost": row.data_lost,
        "reopened_at": row.reopened_at,
        "open_questions": [fact(one) for one in queries.open_questions(row)],
        "notices": [version(one) for one in published(row.thread)],
        "review": {"fr": row.review_fr, "en": row.review_en} if row.review_fr else None,
    }


def fact(row: Fact) -> Shape:
    """One line of the inside log."""
    return {
        "id": row.pk,
        "outage": row.outage_id,
        "at": row.at,
        "kind": row.kind,
        "author": row.author_label,
        "text": log_text(row),
        "answers": row.answers_id,
    }


def version(row: Version) -> Shape:
    """One version of a notice."""
    return {
        "id": row.pk,
        "notice": row.notice.number,
        "kind": row.notice.kind,
        "version": row.number,
        "state": row.state,
        "created_at": row.created_at,
        "approved_at": row.approved_at,
        "published_at": row.published_at,
        "next_update_by": row.next_update_by,
        "correction": row.correction,
    }
