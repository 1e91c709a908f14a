"""A hand-over as pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from vigie.duty.handover import queries
from vigie.duty.handover.models import HandOver
from vigie.duty.handover.rules import Section, State, accept_fault, may_give
from vigie.duty.handover.texts import late_words
from vigie.kernel import clock
from vigie.people.models import Person

STATUS = {
    State.OPEN: "unknown",
    State.GIVEN: "at_risk",
    State.DECLINED: "at_risk",
    State.ACCEPTED: "ok",
    State.VOID: "unknown",
}


@dataclass(frozen=True)
class LateLine:
    """A hand-over that is late, in words."""

    words: str
    url: str
    at: datetime


def late_lines(language: str) -> list[LateLine]:
    """What stands in red on the desk and on the day page; the language is that of the request."""
    return [LateLine(late_words(row, late, language), row.path, late.at) for row, late in queries.overdue()]


def section_title(code: str) -> str:
    return {
        "outages": _("Outages that go on"),
        "questions": _("Questions without an answer"),
        "alarms": _("Alarms to judge"),
        "calls": _("Calls that are open"),
        "coming": _("Within a day"),
        "shift": _("During the shift"),
    }.get(code, code)


def shown_sections(sections: Iterable[Section], language: str) -> list[dict[str, Any]]:
    """Title, lines and what was left out; lines in the reader's language."""
    return [
        {
            "code": section.code,
            "title": section_title(section.code),
            "more": section.more,
            "lines": [
                {"text": line.text(language), "url": line.url, "at": line.when, "status": line.status}
                for line in section.lines
            ],
        }
        for section in sections
    ]


def checklist(row: HandOver, language: str, ticked: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """The lines of the checklist; `ticked` is what was just typed, where it was not taken."""
    return [
        {
            "number": number,
            "text": item["fr"] if language == "fr" else item["en"],
            "done": number in set(ticked) if ticked is not None else bool(item["by"]),
            "by": item["by"],
            "at": datetime.fromisoformat(item["at"]) if item["at"] else None,
        }
        for number, item in enumerate(row.checklist)
    ]


@dataclass(frozen=True)
class Ways:
    """What this reader may do now."""

    write: bool
    give: bool
    accept: bool
    ask: bool


def ways(row: HandOver, reader: Person) -> Ways:
    """What the verbs would let this reader do; they decide."""
    who = queries.party(row, reader)
    given = row.state == State.GIVEN
    over = row.ends_at <= clock.now()
    fault = accept_fault(
        who,
        outgoing_id=row.outgoing_id,
        given_by_id=row.given_by_id if given else None,
        given=given,
        over=over,
    )
    writable = row.state in {State.OPEN, State.DECLINED} and may_give(who, row.outgoing_id)
    accept = row.state in queries.UNSETTLED and not fault
    return Ways(write=writable, give=writable, accept=accept, ask=accept and given)
