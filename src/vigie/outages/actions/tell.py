"""Notices of an outage: compose, approve, publish, correct."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from vigie.experiments.models import Experiment
from vigie.experiments.queries import contacts_of, users_of
from vigie.kernel import audit, clock
from vigie.kernel.access import SYSTEM, Actor, require
from vigie.kernel.errors import Forbidden, Refused
from vigie.kernel.lifecycle import hold
from vigie.notices import actions as notices
from vigie.notices.models import KIND_LABELS as NOTICE_KINDS
from vigie.notices.models import Version
from vigie.notices.queries import in_force, open_version, published, was_told, wrote
from vigie.notices.rules import PARAGRAPH_LIMIT, Kind, Paragraphs, Recipient
from vigie.notices.subscriptions.queries import lists_for, subscribers
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.actions.recover import promise
from vigie.outages.events import OutageAudit
from vigie.outages.lifecycle import OUTAGE
from vigie.outages.models import Outage
from vigie.outages.queries import affected, broken_rules, course, due, policy
from vigie.outages.rules import WHEN_ALLOWED, Approver, OutageKind, State, may_approve, natural_kind
from vigie.outages.texts import corrected, facts_for, facts_of, public_links
from vigie.people.queries import person_behind
from vigie.post import queries as post
from vigie.post import targets
from vigie.services.models import Service
from vigie.services.queries import touched_by


@transaction.atomic
def compose(actor: Actor, outage: Outage, kind: Kind | None = None) -> Version:
    """The open draft of this kind (by default the one that comes next), begun if there is none.

    A draft of another kind that was overtaken (an update, when the outage has ended) is discarded, and kept.
    """
    require(actor, OutagePermission.TELL, PERMISSIONS)
    hold(outage)  # two people who begin a notice at once get one draft
    kind = kind or natural_kind(course(outage))
    if (outage.kind == OutageKind.SUDDEN, outage.state) not in WHEN_ALLOWED[kind]:
        raise Refused(
            "notice.not_now",
            _("A notice of kind “%(kind)s” makes no sense while the outage is “%(state)s”.")
            % {"kind": NOTICE_KINDS[kind], "state": outage.get_state_display()},
        )
    if kind == Kind.END and not was_told(outage.thread):
        raise Refused("notice.nothing_told", _("Nothing was ever told outside: there is no end to tell."))
    found = open_version(outage.thread, kind)
    if found:
        return found
    overtaken = open_version(outage.thread)
    if overtaken and not overtaken.correction:
        notices.discard(actor, overtaken, why="overtaken")
    return notices.draft(actor, outage.thread, kind, facts_of(outage), paragraphs=first_words(outage, kind))


# What the last notice said on these still holds for the next one, until the writer says otherwise.
CARRYING = frozenset({Kind.UPDATE, Kind.REMINDER, Kind.CHANGE, Kind.START})
CARRIED_OVER = ("jobs", "action", "still_works")


def first_words(outage: Outage, kind: Kind) -> dict[str, dict[str, str]]:
    """The words a draft begins with: an update keeps what users were told to do; a report takes the review."""
    if kind == Kind.REPORT:
        review = {"fr": outage.review_fr, "en": outage.review_en}
        return {
            language: {"what": text}
            for language, text in review.items()
            if text and all(len(words) <= PARAGRAPH_LIMIT for words in review.values())
        }
    told = published(outage.thread)
    if kind == Kind.ANNOUNCEMENT and not told:
        return dict(outage.words)
    if kind not in CARRYING or not told:
        return {}
    return {
        language: {section: text for section, text in words.items() if section in CARRIED_OVER}
        for language, words in told[-1].paragraphs.items()
    }


@transaction.atomic
def edit(
    actor: Actor,
    outage: Outage,
    version: Version,
    *,
    paragraphs: Paragraphs,
    flashes: Mapping[str, str],
    next_update_by: datetime | None = None,
    expected_edits: int | None = None,
) -> bool:
    """Save the writer's free words and, if given, a new promise; returns whether anything changed.

    An approval falls with a change. `Conflict` if a colleague saved since `expected_edits`.
    """
    require(actor, OutagePermission.TELL, PERMISSIONS)
    _of_this(outage, version)
    if next_update_by and outage.state == State.ONGOING and not _same_minute(next_update_by, outage):
        promise(actor, outage, next_update_by)
    return notices.edit(
        actor,
        version,
        facts=facts_for(outage, version),
        paragraphs=paragraphs,
        flashes=flashes,
        expected_edits=expected_edits,
    )


def _same_minute(t: datetime, outage: Outage) -> bool:
    """A form shows minutes: what comes back unchanged has lost its seconds."""
    now = outage.next_update_by
    return now is not None and t.replace(second=0, microsecond=0) == now.replace(second=0, microsecond=0)


def _as_it_is_now(outage: Outage) -> None:
    """Hold the outage and read it again: nothing leaves that was true only when the page was opened."""
    hold(outage)
    outage.refresh_from_db()


def _of_this(outage: Outage, version: Version) -> None:
    if version.notice.thread_id != outage.thread_id:
        raise Refused("notice.elsewhere", _("This notice belongs to another outage."))


def approval_fault(actor: Actor, outage: Outage, version: Version) -> str:
    """Empty if the actor may approve this version, else the rule's reason (`rules.may_approve`)."""
    person = person_behind(actor)
    owed = due(outage)
    first = version.notice.kind == Kind.ANNOUNCEMENT and outage.kind == "sudden" and version.number == 1
    return may_approve(
        Approver(
            roles=actor.roles,
            is_follower=person is not None and person == outage.follower,
            is_contact=person is not None and person == outage.contact,
            follower_stands_in=outage.follower_stands_in,
            urgent_first=first,
            overdue=owed is not None and owed.what == "first" and owed.at <= clock.now(),
        )
    )


@transaction.atomic
def approve(actor: Actor, outage: Outage, version: Version, *, expected_edits: int | None = None) -> None:
    """The follower says that this may leave; see `rules.may_approve` for the exceptions."""
    require(actor, OutagePermission.TELL, PERMISSIONS)
    _of_this(outage, version)
    _as_it_is_now(outage)
    fault = "" if SYSTEM in actor.roles else approval_fault(actor, outage, version)
    if fault:
        name = outage.follower.name if outage.follower else "?"
        raise Forbidden(
            f"notice.{fault}",
            _("%(name)s of Support follows this outage and approves its notices.") % {"name": name},
            hint=_(
                "The contact may let the first notice leave alone where nobody of Support is on duty, or once it is overdue."
            )
            if fault == "contact_not_alone"
            else _("Ask them, or take the follower's role over."),
        )
    if outage.next_update_by and outage.state == State.ONGOING and outage.next_update_by <= clock.now():
        raise Refused(
            "notice.promise_in_past",
            _("The next update is promised for a time that has passed."),
            hint=_("Set a new “next update by” first."),
            field="next_update_by",
        )
    if (
        policy(outage.kind).second_person
        and SYSTEM not in actor.roles
        and wrote(person_behind(actor), version)
    ):
        raise Forbidden(
            "notice.second_person",
            _("Who wrote a notice does not approve it: the centre's policy asks for a second person."),
            hint=_("Ask a colleague of Support to read and approve it."),
        )
    notices.approve(
        actor,
        version,
        facts_for(outage, version),
        link_for=public_links(outage),
        expected_edits=expected_edits,
    )


def audience(outage: Outage) -> list[Recipient]:
    """Who gets a notice of this outage, in which language and why, and who does not (`Recipient.excluded`).

    Contacts of the experiments that use a service it touches, whoever subscribed to one of these, the centre's lists.
    An address may stand here more than once: `notices.rules.once_each` and `left_out` make the two lists of it.
    """
    services = touched_by(line.service for line in affected(outage))
    experiments = users_of(services)
    found = [*_contacts(experiments), *_subscribers(services, experiments), *_lists(services), *_targets()]
    bounced = post.bounced(row.address for row in found)
    return [
        replace(row, excluded="bounced", diagnostic=bounced[row.address.lower()].diagnostic)
        if row.address.lower() in bounced
        else row
        for row in found
    ]


def _contacts(experiments: list[Experiment]) -> Iterator[Recipient]:
    for reach in contacts_of(experiments):
        excluded = "stopped" if reach.stopped and not reach.is_list else ""
        yield Recipient(
            reach.address,
            reach.name,
            reach.language,
            is_list=reach.is_list,
            why=reach.experiments,
            role=reach.role,
            excluded=excluded if reach.address else "no_address",
        )


def _subscribers(services: list[Service], experiments: list[Experiment]) -> Iterator[Recipient]:
    for row in subscribers(services, experiments):
        yield Recipient(row.address, "", row.language, why=row.why, group="subscriber")


def _lists(services: list[Service]) -> Iterator[Recipient]:
    language = get_language() or "fr"
    for row in lists_for(services):
        names = [one.name(language) for one in row.services.all() if one in services]
        why = (gettext("always told"),) if row.always else tuple(names)
        yield Recipient(row.address, row.name, row.language, is_list=True, why=why, group="list", role="list")


def _targets() -> Iterator[Recipient]:
    """Chat rooms, webhooks: every notice goes there."""
    for row in targets.of_use("notices"):
        why = (gettext("always told"),)
        yield Recipient(row.name, "", row.language, why=why, group="target", channel=row.channel)


@transaction.atomic
def publish(actor: Actor, outage: Outage, version: Version) -> int:
    """Let an approved notice leave; returns how many mails it makes.

    An update that leaves with a promise replaces the old one; the report closes nothing by itself.
    """
    require(actor, OutagePermission.TELL, PERMISSIONS)
    _of_this(outage, version)
    _as_it_is_now(outage)
    facts = facts_for(outage, version)
    if outage.state == State.DRAFT:
        _announce(actor, outage)
    return notices.publish(actor, version, facts, audience(outage))


def _announce(actor: Actor, outage: Outage) -> None:
    """A planned outage becomes public: only with a follower who accepted, and before it starts."""
    if outage.follower_id is None:
        raise Refused(
            "outage.no_follower",
            _("Nobody of Support follows this outage yet; it can't be announced."),
            hint=_("Ask somebody of Support to accept it."),
        )
    if outage.starts_at <= clock.now():
        raise Refused(
            "outage.planned_in_past",
            _("A planned outage starts in the future."),
            hint=_("Move it; what is broken now is declared as a sudden outage."),
        )
    broken = [item.rule.code for item in broken_rules(outage, clock.now())]
    OUTAGE.move(outage, State.ANNOUNCED, planned_start=outage.starts_at, planned_end=outage.expected_end)
    audit.record(OutageAudit.ANNOUNCED, actor=actor, subject=outage, changes={"breaks": broken})


@transaction.atomic
def correct(actor: Actor, outage: Outage, version: Version, *, why: str) -> Version:
    """Begin a correction of what was published, from the facts as they are now known."""
    require(actor, OutagePermission.TELL, PERMISSIONS)
    _of_this(outage, version)
    hold(outage)
    if version not in in_force(published(outage.thread)):
        raise Refused(
            "notice.corrected_already", _("This version was corrected already; correct the newest.")
        )
    return notices.correct(actor, version, corrected(facts_of(outage), version.the_facts), why=why)


@transaction.atomic
def discard(actor: Actor, outage: Outage, version: Version, *, why: str = "") -> None:
    """Give a draft up."""
    require(actor, OutagePermission.TELL, PERMISSIONS)
    _of_this(outage, version)
    notices.discard(actor, version, why=why)
