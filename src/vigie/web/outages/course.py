"""The plan of communication of a scheduled outage as a page shows it: what left, what is owed, what will come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from vigie.kernel import clock
from vigie.notices import queries as notices
from vigie.notices.models import KIND_LABELS, Version
from vigie.notices.rules import Kind
from vigie.outages import queries
from vigie.outages.actions.plan import covered
from vigie.outages.models import Outage
from vigie.outages.rules import Due, State, all_owed, report_due
from vigie.people.models import Person
from vigie.people.rules import Role
from vigie.web.owed import owed

SOON = timedelta(hours=1)  # from here on the start or the end may be confirmed at the top of the page


@dataclass(frozen=True)
class Word:
    """One step of the plan. `state` is told, late, owed, waits (for a person), coming or skipped."""

    at: datetime
    what: str
    state: str
    note: str = ""
    url: str = ""


def course(outage: Outage) -> list[Word]:
    """Every word of the plan in the order of time; announcement, reminders, start, updates, end, report."""
    if outage.state == State.CANCELLED:
        found = [*_told(outage), *_owed(outage)]
    else:
        found = [*_told(outage), *_owed(outage), *_coming(outage)]
    return sorted(found, key=lambda word: word.at)


def _told(outage: Outage) -> Iterator[Word]:
    for version in notices.published(outage.thread):
        at = version.published_at or version.created_at
        yield Word(at, _title(version), "told", url=f"/outages/{outage.pk}/notices/{version.pk}")


def _title(version: Version) -> str:
    title = str(KIND_LABELS[Kind(version.notice.kind)]).capitalize()
    return _("%(title)s, corrected") % {"title": title} if version.number > 1 else title


def _owed(outage: Outage) -> Iterator[Word]:
    now, zone = clock.now(), ZoneInfo(settings.TIME_ZONE)
    for due in all_owed(queries.course(outage), queries.policy(outage.kind), zone):
        state = "late" if due.at <= now else "owed"
        note = ""
        if due.what == "reminder":
            if covered(outage):
                state, note = "coming", _("leaves by itself")
            else:
                state, note = "waits", _("waits: the change must be told first")
        yield Word(due.at, str(owed(due, sudden=False).what), state, note)


def _coming(outage: Outage) -> Iterator[Word]:
    """What nobody owes yet, but will."""
    plan, zone = queries.policy(outage.kind), ZoneInfo(settings.TIME_ZONE)
    if outage.state in {State.DRAFT, State.ANNOUNCED}:
        next_owed = [due.at for due in all_owed(queries.course(outage), plan, zone) if due.what == "reminder"]
        told = notices.published(outage.thread)
        last = told[-1].published_at if told else None
        for before in plan.reminders:
            at = outage.starts_at - before
            if at in next_owed or (last and at <= last) or at <= clock.now():
                continue
            yield Word(at, _("Reminder"), "coming", _("leaves by itself"))
        yield Word(
            outage.starts_at, _("Start notice"), "coming", _("once the contact has confirmed the start")
        )
    end = outage.expected_end
    if outage.state in {State.DRAFT, State.ANNOUNCED, State.ONGOING} and end:
        if outage.state == State.ONGOING or outage.starts_at < end:
            yield Word(end, _("End notice"), "coming", _("once the contact has confirmed the end"))
        at = report_due(end, plan.report_working_days, zone)
        yield Word(at, _("Report"), "coming", "")


@dataclass(frozen=True)
class Primary:
    """The one thing to do next: its words, its address, whether pressing it does it (a POST)."""

    label: str
    url: str
    post: bool = False


def primary(outage: Outage, due: Due | None, user: Person, draft_url: str) -> Primary | None:
    """By state, for this reader; None where nothing is theirs to do now."""
    if outage.state == State.DRAFT and outage.follower_id is None:
        return _following(outage, user)
    if due is None or due.what == "reminder":  # a reminder leaves by itself
        return None
    words = owed(due, sudden=False)
    if due.of_contact:
        theirs = Role.LEAD in user.roles or user.pk == outage.contact_id
        step = "start" if due.what == "confirm_start" else "end"
        near = due.at <= clock.now() + SOON
        return Primary(str(words.verb), f"/outages/{outage.pk}/{step}") if theirs and near else None
    if due.what == "report":
        return Primary(str(words.verb), f"/outages/{outage.pk}/report")
    if draft_url:
        return Primary(str(words.open_verb), draft_url)
    return Primary(str(words.verb), f"/outages/{outage.pk}/write", post=True)


def _following(outage: Outage, user: Person) -> Primary | None:
    """Nobody follows it yet: accept, if it is for this reader to do; else ask, if nobody is asked."""
    base = f"/outages/{outage.pk}"
    if outage.asked_follower_id == user.pk:
        return Primary(_("Accept to follow"), f"{base}/accept", post=True)
    if outage.asked_follower_id:
        return None
    if Role.SUPPORT in user.roles:
        return Primary(_("I follow it"), f"{base}/accept", post=True)
    return Primary(_("Ask somebody to follow"), f"{base}/ask-follower")
