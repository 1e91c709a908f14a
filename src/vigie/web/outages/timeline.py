"""The spine of an outage's page: facts inside and notices outside, newest first, answers under their question."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from vigie.kernel import clock
from vigie.kernel.intents import IntentState
from vigie.notices import queries as notices
from vigie.notices.models import KIND_LABELS, Version
from vigie.notices.rules import Kind
from vigie.outages import queries
from vigie.outages.models import Fact, Outage
from vigie.outages.rules import FactKind, OutageKind
from vigie.outages.sayings import log_text
from vigie.post import queries as post
from vigie.web import timewords

_OUTCOME = {
    IntentState.DONE: "sent",
    IntentState.WAITING: "pending",
    IntentState.LEASED: "pending",
    IntentState.IN_DOUBT: "in_doubt",
    IntentState.SET_APART: "failed",
    IntentState.CANCELLED: "failed",
}


@dataclass
class Line:
    """One entry. `id` is its anchor; `open` marks a question that nobody has answered."""

    side: str
    kind: str
    at: datetime
    id: str
    who: str = ""
    who_name: str = ""
    text: str = ""
    title: str = ""
    url: str = ""
    note: str = ""
    fact_id: int = 0
    open: bool = False
    delivery: list[dict[str, Any]] = field(default_factory=list)
    answers: list["Line"] = field(default_factory=list)
    asker: str = ""  # who asked by mail, and can be answered by mail
    by_mail: bool = False


def initials(name: str) -> str:
    """“Amina Martin” → “A.M.”; one word stays whole."""
    words = name.replace("-", " ").split()
    return "".join(f"{word[0]}." for word in words[:3]) if len(words) > 1 else name[:8]


def _who(fact: Fact) -> str:
    if fact.mail_id:
        return fact.author_label
    return initials(fact.author_label) if fact.author_id else _("auto")


def fact_line(fact: Fact) -> Line:
    kinds = {FactKind.SYSTEM: "milestone"}
    return Line(
        side="inside",
        kind=kinds.get(FactKind(fact.kind), fact.kind),
        at=fact.at,
        id=f"fact-{fact.pk}",
        fact_id=fact.pk,
        who=_who(fact),
        asker=fact.mail.sender if fact.mail and "@" in fact.mail.sender else "",
        by_mail=fact.answered_by_mail,
        who_name=fact.author_label,
        text=log_text(fact),
    )


def inside(outage: Outage) -> list[Line]:
    """Facts and questions, oldest first; each question with its answers."""
    lines: dict[int, Line] = {}
    found = []
    for fact in queries.log(outage):
        line = fact_line(fact)
        lines[fact.pk] = line
        question = lines.get(fact.answers_id or 0)
        if question is not None:
            question.answers.append(line)
        else:
            found.append(line)
    for line in found:
        line.open = line.kind == FactKind.QUESTION and not line.answers
    return found


def outside(outage: Outage) -> list[Line]:
    """Everything published, oldest first, with where it went."""
    versions = notices.published(outage.thread)
    tally = post.tally([version.topic for version in versions])
    first = versions[0].pk if versions else 0
    updates = 0
    lines = []
    for version in versions:
        if version.notice.kind == Kind.UPDATE and version.number == 1:
            updates += 1
        line = Line(
            side="outside",
            kind="notice",
            at=version.published_at or version.created_at,
            id=f"notice-{version.pk}",
            title=_title(version, updates),
            url=_version_url(outage, version),
            delivery=_delivery(tally[version.topic]),
        )
        if version.pk == first and outage.kind == OutageKind.SUDDEN:
            line.note = _("%(span)s after it was declared") % {
                "span": timewords.span(line.at - outage.declared_at)
            }
        if version.next_update_by:
            promised = _("next update promised by %(time)s") % {
                "time": timewords.absolute(version.next_update_by, line.at, zone=False)
            }
            line.note = f"{line.note} · {promised}" if line.note else promised
        lines.append(line)
    return lines


def _title(version: Version, updates: int) -> str:
    kind = Kind(version.notice.kind)
    titles = {
        Kind.ANNOUNCEMENT: _("First notice") if version.the_facts.sudden else _("Announcement"),
        Kind.UPDATE: _("Update %(n)s") % {"n": updates},
        Kind.END: _("End"),
        Kind.REPORT: _("Report"),
    }
    title = titles.get(kind) or str(KIND_LABELS[kind]).capitalize()
    return _("%(title)s, corrected") % {"title": title} if version.number > 1 else title


def _version_url(outage: Outage, version: Version) -> str:
    return reverse("notice_version", args=[outage.pk, version.pk])


def _delivery(states: dict[str, int]) -> list[dict[str, Any]]:
    if not states:
        return []
    row: dict[str, Any] = {"label": _("mails"), "total": sum(states.values())}
    for state, count in states.items():
        name = _OUTCOME[IntentState(state)]
        row[name] = row.get(name, 0) + count
    return [row]


def lines(outage: Outage) -> list[Line]:
    """The whole flow of time, newest first."""
    return sorted(inside(outage) + outside(outage), key=lambda line: line.at, reverse=True)


def with_days(outage: Outage) -> bool:
    """Whether times need their day beside them: the outage began on another day."""
    if outage.kind == OutageKind.SCHEDULED:
        return True  # what comes next is of another day
    return timewords.local(outage.declared_at).date() != timewords.local(clock.now()).date()


def mark(outage: Outage) -> str:
    """A short word that changes whenever anything on the page changes other than the log itself."""
    versions = list(outage.thread.notices.order_by("versions").values_list("versions__pk", "versions__state"))
    published = [f"notice-version:{pk}" for pk, _state in versions]
    seen = (
        outage.state,
        outage.contact_id,
        outage.follower_id,
        outage.asked_follower_id,
        outage.starts_at,
        list(outage.interventions.values_list("number", "done_at")),
        outage.next_update_by,
        outage.expected_end,
        outage.data_lost,
        versions,
        sorted((topic, sorted(states.items())) for topic, states in post.tally(published).items()),
        list(outage.affected.values_list("pk", "effect", "starts_at", "expected_end", "restored_at")),
        list(outage.alarms.values_list("pk", "firing", "settled_at")),
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:12]
