"""What one person must do now, gathered from every domain and sorted by due: the heart of the desk page.

It aggregates over outages, notices, post and duty for one page, and decides nothing that is not shown; so it stands in
the door (DESIGN §3), not in a domain.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigie.duty.escalation import queries as calls
from vigie.kernel import clock
from vigie.kernel.access import allowed
from vigie.notices import queries as notices
from vigie.notices.models import Version, VersionState
from vigie.outages import queries as outages
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.models import Alarm, Outage
from vigie.outages.rules import ALARM_EFFECTS, Due, OutageKind, State
from vigie.outages.texts import headline, path
from vigie.people.models import Person
from vigie.people.rules import Role
from vigie.web.desk.coverage import chores
from vigie.web.desk.shift import handover_tasks
from vigie.web.desk.stuck import bounce_tasks, mail_tasks, reaction_tasks, stuck_tasks
from vigie.web.desk.task import MOST, Task, more, short
from vigie.web.owed import owed


def tasks(reader: Person, language: str) -> list[Task]:
    """Everything this reader must do or, as a lead, see to; most urgent first: overdue and waiting before due later.

    A task of another's that reached the reader by escalation, or that is overdue and the reader a lead, is shown too.
    """
    if not allowed(reader, OutagePermission.SEE, PERMISSIONS):
        return []
    drafts = list(notices.drafts())
    found = [
        *_owed(reader, drafts, language),
        *_other_drafts(drafts, reader, language),
        *_questions(reader, language),
        *_ends(reader, language),
        *_alarms(reader),
        *(Task(**vars(chore)) for chore in chores(reader, language)),
        *stuck_tasks(reader, language),
        *bounce_tasks(reader, language),
        *mail_tasks(reader),
        *reaction_tasks(reader),
        *handover_tasks(reader, language),
    ]
    now = clock.now()
    return sorted(found, key=lambda task: (_urgency(task, now), not task.mine, task.at))


PRESSING = timedelta(minutes=15)


def _urgency(task: Task, now: datetime) -> int:
    """Deadlines that passed or press, then what waits for an answer, then deadlines further away, then months."""
    if task.kind in {"hole", "taking_over"}:
        return 3
    if task.due:
        return 0 if task.at <= now + PRESSING else 2
    return 1


def _status(row: Outage) -> str:
    """The worst effect that still lasts; "ok" once it is over."""
    if row.state in {State.DRAFT, State.ANNOUNCED, State.CANCELLED}:
        return "maintenance"
    if row.state != State.ONGOING:
        return "ok"
    order = ("down", "degraded", "at_risk")
    effects = [line.effect for line in outages.affected(row) if line.restored_at is None]
    return min(effects, key=order.index, default="ok")


def _owed(reader: Person, drafts: list[Version], language: str) -> Iterator[Task]:
    """Words owed outside: of outages the reader holds a role in, that climbed to the reader, or any overdue one to a lead."""
    found = owed_to(reader)
    yield from owed_tasks(found[:MOST], reader, drafts, language)
    if len(found) > MOST:
        yield more(len(found) - MOST, _("%(n)s more words are owed"), "/desk/owed")


Owing = tuple[Outage, Due, bool]  # an outage, what it owes, whether that climbed to the reader


def owed_tasks(
    found: Sequence[Owing], reader: Person, drafts: Iterable[Version], language: str
) -> Iterator[Task]:
    """The lines of a desk for what is owed."""
    begun = {(draft.notice.thread_id, draft.notice.kind): draft for draft in drafts}
    outages.with_lines(row for row, _due, _reached in found)
    for row, due, reached in found:
        draft = begun.get((row.thread_id, due.notice)) if due.what != "report" else None
        task = _owed_task(row, due, draft, reader, language)
        yield replace(task, why=_("climbed to you")) if reached else task


def owed_to(reader: Person) -> list[Owing]:
    """Every word owed that stands on the reader's desk, first due first."""
    return sorted(_owed_to(reader), key=lambda item: item[1].at)


def _owed_to(reader: Person) -> Iterator[Owing]:
    now = clock.now()
    climbed = {row.key for row in calls.escalations_of(reader)}
    for row, due in outages.all_due():
        words = owed(due, sudden=row.kind == OutageKind.SUDDEN)
        if words.near is not None and due.at > now + words.near and row.asked_follower_id != reader.pk:
            continue  # far away: the calendar shows it
        holds = reader.pk in {row.contact_id, row.follower_id, row.asked_follower_id}
        wanted = due.what == "follower" and not row.asked_follower_id and Role.SUPPORT in reader.roles
        reached = f"outage:{row.pk}:{due.key}" in climbed
        if not (holds or wanted or reached or (Role.LEAD in reader.roles and due.at <= now)):
            continue
        if due.what == "report" and row.follower_id != reader.pk and due.at > now:
            continue
        yield row, due, reached and not holds


def _owed_task(row: Outage, due: Due, draft: Version | None, reader: Person, language: str) -> Task:
    words = owed(due, sudden=row.kind == OutageKind.SUDDEN)
    waits = {
        VersionState.DRAFT: _("a draft waits for approval"),
        VersionState.APPROVED: _("approved, not out yet"),
    }
    asked = due.what == "follower" and row.asked_follower_id == reader.pk
    named = row.asked_follower if due.what == "follower" else row.contact if due.of_contact else row.follower
    what = _("You are asked to follow") if asked else words.what
    return Task(
        kind=due.what,
        what=f"{what} · {headline(row, language)}",
        url=f"{path(row)}/report" if due.what == "report" else path(row),
        at=due.at,
        due=True,
        verb=_("Accept or decline") if asked else str(words.verb),
        who="" if named is None or named == reader else named.name,
        why=waits[VersionState(draft.state)] if draft else "",
        status=_status(row),
        mine=reader.pk in {row.follower_id, row.contact_id, row.asked_follower_id} or due.what == "follower",
        act=_act(row, due, reader),
        outage=row,
        begin=f"{path(row)}/write" if due.notice and due.what != "report" else "",
    )


def _act(row: Outage, due: Due, reader: Person) -> str:
    """What the reader may do without leaving the list."""
    if due.what == "follower" and row.asked_follower_id == reader.pk:
        return "accept"
    if due.what == "follower" and not row.asked_follower_id and Role.SUPPORT in reader.roles:
        return "follow"
    return "start" if due.what == "confirm_start" and row.contact_id == reader.pk else ""


def _other_drafts(drafts: list[Version], reader: Person, language: str) -> Iterator[Task]:
    """Drafts of outages the reader follows that are not the word owed anyway: corrections, notices begun early."""
    threads = {version.notice.thread_id for version in drafts}
    rows = outages.followed_or_held_by(reader).filter(follower=reader, thread__in=threads)
    by_thread = {row.thread_id: row for row in outages.with_lines(rows)}
    dues = outages.dues(by_thread.values())
    for version in drafts:
        row = by_thread.get(version.notice.thread_id)
        due = dues[row.pk] if row else None
        if row is None or (due and due.notice == version.notice.kind and not version.correction):
            continue
        yield Task(
            kind="draft",
            what=f"{_draft_words(version)} · {headline(row, language)}",
            url=path(row),
            at=version.created_at,
            due=False,
            verb=_("Read the draft"),
            status=_status(row),
        )


def _draft_words(version: Version) -> str:
    if version.state == VersionState.APPROVED:
        return _("Approved, not out yet")
    return _("Correction waits for approval") if version.correction else _("Draft waits for approval")


def _questions(reader: Person, language: str) -> Iterator[Task]:
    """Questions that Support asked the contact."""
    found = list(outages.open_questions().filter(outage__contact=reader).select_related("outage"))
    outages.with_lines(fact.outage for fact in found)
    for fact in found:
        yield Task(
            kind="question",
            what=_("Question from %(who)s: %(text)s") % {"who": fact.author_label, "text": short(fact.text)},
            url=f"{path(fact.outage)}#fact-{fact.pk}",
            at=fact.at,
            due=False,
            verb=_("Answer the question"),
            why=headline(fact.outage, language),
            status=_status(fact.outage),
        )


def _ends(reader: Person, language: str) -> Iterator[Task]:
    """Ends that monitoring proposes; the contact decides."""
    found = outages.ends_proposed(reader)
    for row in outages.with_lines(found):
        alarm = found[row]
        yield Task(
            kind="end_proposed",
            what=_("Is it over? %(line)s") % {"line": headline(row, language)},
            url=f"{path(row)}/end",
            at=alarm.resolved_at or alarm.last_seen,
            due=False,
            verb=_("Confirm the end"),
            why=short(alarm.summary),
            status="ok",
        )


def _alarms(reader: Person) -> Iterator[Task]:
    """Alarms without an outage, for whoever may judge them."""
    if not allowed(reader, OutagePermission.JUDGE_ALARM, PERMISSIONS):
        return
    waiting = strays()
    if (left := waiting.count() - MOST) > 0:
        yield more(left, _("%(n)s more alarms to judge"), "/desk/alarms")
    yield from map(alarm_task, waiting[:MOST])


def strays() -> QuerySet[Alarm]:
    """Alarms that fire and belong to no outage, the oldest first."""
    return outages.alarms_to_judge().filter(firing=True, outage__isnull=True).order_by("first_seen", "pk")


def alarm_task(alarm: Alarm) -> Task:
    """One alarm to judge, with its ways to do so."""
    return Task(
        kind="alarm",
        what=_("Alarm to judge: %(text)s") % {"text": short(alarm.summary)},
        url=f"/outages/new?alarm={alarm.pk}",
        at=alarm.first_seen,
        due=False,
        verb=_("Judge the alarm"),
        why=alarm.problem or alarm.source,
        status=ALARM_EFFECTS.get(alarm.severity, "unknown"),
        alarm=alarm,
    )
