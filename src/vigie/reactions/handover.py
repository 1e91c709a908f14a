"""What the next shift must know, gathered for its hand-over; and mails when one is given or comes back."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from vigie.duty.escalation import queries as calls
from vigie.duty.handover import queries
from vigie.duty.handover.models import HandOver
from vigie.duty.handover.rules import Line, Section, State
from vigie.duty.handover.texts import declined_mail, given_mail
from vigie.kernel import clock
from vigie.outages import queries as outages
from vigie.outages.models import Fact, Outage
from vigie.outages.rules import FactKind
from vigie.outages.texts import headline, path
from vigie.people.models import Person
from vigie.post.actions import Parcel, enqueue

MOST = 40  # of a kind: nobody reads more at three in the morning
AHEAD = timedelta(hours=24)
LANGUAGES = ("fr", "en")


def sections_of(row: HandOver) -> tuple[Section, ...]:
    """The sections as they are frozen in it, or gathered now while nothing is frozen yet."""
    if row.state in {State.GIVEN, State.ACCEPTED, State.VOID}:
        return row.the_sections
    return gather(row.begins_at, clock.now())


def gather(since: datetime, until: datetime) -> tuple[Section, ...]:
    """What goes on at `until`, what comes within a day, and what happened since the shift began."""
    found = [
        Section("outages", *_cut(_outage(row) for row in outages.ongoing())),
        Section("questions", *_cut(_question(row) for row in outages.open_questions())),
        Section("alarms", *_cut(_alarms())),
        Section("calls", *_cut(_calls())),
        Section("coming", *_cut(_coming(until))),
        Section("shift", *_cut(_facts(since, until))),
    ]
    return tuple(section for section in found if section.lines)


def _cut(lines: Iterable[Line]) -> tuple[tuple[Line, ...], int]:
    every = tuple(lines)
    return every[:MOST], max(len(every) - MOST, 0)


def _both(words: Any) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = str(words(language))
    return found


def _outage(row: Outage) -> Line:
    owed = outages.due(row)

    def words(language: str) -> str:
        holders = _("contact %(contact)s") % {"contact": row.contact.name}
        if row.follower:
            holders += ", " + _("followed by %(name)s") % {"name": row.follower.name}
        return f"{headline(row, language)} · {holders}"

    at = owed.at if owed else row.starts_at
    return Line(**_both(words), url=path(row), at=at.isoformat(), status="down")


def _said(row: Fact) -> dict[str, str]:
    """Who said what, with the colon of each language."""
    text = " ".join(row.text.split())[:200]
    return {"fr": f"{row.author_label}\u00a0: {text}", "en": f"{row.author_label}: {text}"}


def _question(row: Fact) -> Line:
    return Line(**_said(row), url=f"{path(row.outage)}#fact-{row.pk}", at=row.at.isoformat())


def _alarms() -> Iterable[Line]:
    for row in outages.alarms_to_judge().filter(firing=True, outage__isnull=True).order_by("first_seen"):
        text = row.summary[:200]
        yield Line(fr=text, en=text, url="/desk", at=row.first_seen.isoformat(), status="at_risk")


def _calls() -> Iterable[Line]:
    for row in calls.open_escalations():
        if row.key.startswith(("outage:", "alarms:", "handover:")):
            continue  # what they are about stands here already
        yield Line(
            fr=row.what_fr,
            en=row.what_en,
            url=f"/escalations/{row.pk}",
            at=row.opened_at.isoformat(),
            status="down" if row.acknowledged_at is None else "at_risk",
        )


def _coming(until: datetime) -> Iterable[Line]:
    for row in outages.planned().filter(starts_at__lt=until + AHEAD):
        words = _both(lambda language, row=row: headline(row, language))
        yield Line(**words, url=path(row), at=row.starts_at.isoformat(), status="maintenance")


def _facts(since: datetime, until: datetime) -> Iterable[Line]:
    rows = Fact.objects.filter(at__gte=since, at__lte=until).exclude(kind=FactKind.SYSTEM)
    for row in rows.select_related("outage").order_by("at", "pk"):
        yield Line(**_said(row), url=f"{path(row.outage)}#fact-{row.pk}", at=row.at.isoformat())


def _mail(row: HandOver, person: Person | None, *, key: str, payload: dict[str, str]) -> None:
    if person is None or not person.email:
        return
    enqueue(
        [
            Parcel(
                key=key,
                recipient=person.email,
                recipient_name=person.name,
                language=person.language,
                topic=f"handover:{row.pk}",
                payload=dict(payload),
            )
        ]
    )


def tell_of_given(news: Mapping[str, Any]) -> None:
    """Whoever comes next learns that it waits for them."""
    row = queries.handover(news["handover_id"])
    person = queries.next_of(row).person
    if row.state == State.GIVEN and person is not None:
        key = f"handover:{row.pk}:given:{news['revision']}"
        _mail(row, person, key=key, payload=given_mail(row, person))


def tell_of_declined(news: Mapping[str, Any]) -> None:
    """Whoever gave it learns what is asked."""
    row = queries.handover(news["handover_id"])
    person = row.given_by or row.outgoing
    if row.state == State.DECLINED:
        key = f"handover:{row.pk}:declined:{news['revision']}"
        _mail(row, person, key=key, payload=declined_mail(row, person))
