"""Verbs over notices. Who may do them is the caller's rule: an outage knows its follower, this package doesn't."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor
from vigie.kernel.errors import BadInput, Conflict, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one
from vigie.lib.fittext import fit, on_one_line
from vigie.notices.events import NoticeAudit, NoticePublished
from vigie.notices.lifecycle import VERSION
from vigie.notices.models import Notice, Thread, Version, VersionState
from vigie.notices.parcels import parcels
from vigie.notices.queries import last_saved
from vigie.notices.rules import (
    FREE_SECTIONS,
    LANGUAGES,
    PARAGRAPH_LIMIT,
    Facts,
    Kind,
    Paragraphs,
    Problem,
    Recipient,
    once_each,
    problems,
)
from vigie.notices.texts import SECTION_NAMES, problem_words, render, search_text
from vigie.people.queries import person_behind
from vigie.post.actions import enqueue


def open_thread() -> Thread:
    return Thread.objects.create(opened_at=clock.now())


@transaction.atomic
def draft(
    actor: Actor, thread: Thread, kind: Kind, facts: Facts, *, paragraphs: Paragraphs | None = None
) -> Version:
    """Begin a notice in the thread, with free words to begin with where there are some."""
    number = (thread.notices.aggregate(last=Max("number"))["last"] or 0) + 1
    notice = Notice.objects.create(thread=thread, kind=kind, number=number, created_at=clock.now())
    version = Version(
        notice=notice,
        number=1,
        paragraphs=clean(paragraphs or {}),
        created_at=clock.now(),
        created_by=person_behind(actor),
    )
    _take_facts(version, facts)
    version.save()
    audit.record(NoticeAudit.DRAFTED, actor=actor, subject=version, changes={"kind": kind})
    return version


def _take_facts(version: Version, facts: Facts) -> dict[str, Any]:
    """The facts as columns, also set on the row in memory."""
    columns: dict[str, Any] = {
        "facts": facts.to_json(),
        "next_update_by": facts.next_update_by,
        "search": search_text(version.notice.kind, facts, version.paragraphs, version.flashes),
    }
    for name, value in columns.items():
        setattr(version, name, value)
    return columns


@transaction.atomic
def correct(actor: Actor, version: Version, facts: Facts, *, why: str) -> Version:
    """Begin a correction of a published version: a new version of the same notice, with the same words."""
    if version.state != VersionState.PUBLISHED:
        raise Refused(
            "notice.not_published", _("Only what was published can be corrected; edit the draft instead.")
        )
    if not on_one_line(why):
        raise BadInput(
            "correction.why", _("Say what was wrong: it is written beside the correction."), field="why"
        )
    notice = version.notice
    if notice.versions.filter(state__in=(VersionState.DRAFT, VersionState.APPROVED)).exists():
        raise Conflict("notice.correction_open", _("Somebody is already correcting this notice."))
    last = notice.versions.aggregate(last=Max("number"))["last"]
    made = Version(
        notice=notice,
        number=last + 1,
        paragraphs=version.paragraphs,
        flashes=version.flashes,
        correction=on_one_line(why)[:500],
        created_at=clock.now(),
        created_by=person_behind(actor),
    )
    _take_facts(made, facts)
    made.save()
    audit.record(
        NoticeAudit.DRAFTED, actor=actor, subject=made, reason=why, changes={"corrects": version.number}
    )
    return made


@transaction.atomic
def edit(
    actor: Actor,
    version: Version,
    *,
    facts: Facts,
    paragraphs: Paragraphs,
    flashes: Mapping[str, str],
    expected_edits: int | None = None,
) -> bool:
    """Change the free words, and bring the facts up to date. An approval falls: it was for other words.

    `expected_edits` is the count the writer saw; `Conflict` if a colleague saved in between. Returns whether
    anything changed: words and facts that are the same leave an approval standing.
    """
    _refuse_closed(version)
    _expect(version, expected_edits)
    words = clean(paragraphs)
    lines = {language: on_one_line(flashes.get(language, "")) for language in LANGUAGES}
    before = {language: version.flashes.get(language, "") for language in LANGUAGES}
    if (words, lines, facts.to_json()) == (version.paragraphs, before, version.facts):
        return False
    seen = {"state": version.state, "edits": version.edits}
    version.paragraphs, version.flashes = words, lines
    change_one(
        version,
        expect=seen,
        state=VersionState.DRAFT,
        paragraphs=words,
        flashes=lines,
        approved_at=None,
        approved_by=None,
        rendered={},
        edits=version.edits + 1,
        **_take_facts(version, facts),
    )
    audit.record(
        NoticeAudit.EDITED, actor=actor, subject=version, changes={"paragraphs": words, "flashes": lines}
    )
    return True


def _refuse_closed(version: Version) -> None:
    if version.state == VersionState.PUBLISHED:
        raise Refused("notice.published", _("What is published can’t be edited; write a correction instead."))
    if version.state == VersionState.DISCARDED:
        raise Refused(
            "notice.discarded",
            _("This draft was discarded; it can only be read."),
            hint=_("Begin a new notice on the outage’s page."),
        )


def _expect(version: Version, edits: int | None) -> None:
    """`Conflict` if the draft is no longer the one that the actor read."""
    if edits is not None and edits != version.edits:
        saved = last_saved(version)
        raise Conflict(
            "notice.edited_meanwhile",
            _("%(name)s saved this draft while you were writing; nothing of yours was applied.")
            % {"name": saved.actor_label if saved else "?"},
            hint=_("Read both texts, keep what is right, then save again."),
        )


def clean(paragraphs: Paragraphs) -> dict[str, dict[str, str]]:
    """Known languages and sections only, without what can't be shown; `BadInput` for a text nobody would read."""
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        for section in FREE_SECTIONS:
            text = fit(paragraphs.get(language, {}).get(section, ""))
            if len(text) > PARAGRAPH_LIMIT:
                raise BadInput(
                    "paragraph.too_long",
                    _("“%(section)s” (%(language)s) has %(n)s characters; %(limit)s at most.")
                    % {
                        "section": SECTION_NAMES[section],
                        "language": language,
                        "n": len(text),
                        "limit": PARAGRAPH_LIMIT,
                    },
                    hint=_("Nobody reads more in a notice; put the detail on a page and link to it."),
                    field=f"{language}-{section}",
                )
            if text:
                found.setdefault(language, {})[section] = text
    return found


def problems_of(version: Version) -> list[Problem]:
    return problems(version.notice.kind, version.the_facts, version.paragraphs, version.flashes, clock.now())


@transaction.atomic
def approve(
    actor: Actor,
    version: Version,
    facts: Facts,
    *,
    link_for: Mapping[str, str],
    expected_edits: int | None = None,
) -> None:
    """Say that this may leave, and freeze what leaves. `link_for` gives its public page per language.

    `expected_edits` is the count the approver read: nobody approves words that they have not seen.
    """
    _refuse_closed(version)
    _expect(version, expected_edits)
    seen = version.edits
    columns = _take_facts(version, facts)
    if found := problems_of(version):
        raise Refused(
            "notice.incomplete",
            " ".join(problem_words(problem) for problem in found),
            hint=_("Complete it, then approve."),
            field=found[0].section,
        )
    rendered = {
        language: render(
            version.notice.kind,
            facts,
            language=language,
            paragraphs=version.paragraphs,
            flashes=version.flashes,
            link=link_for[language],
            correction=bool(version.correction),
        ).to_json()
        for language in LANGUAGES
    }
    VERSION.check(version.state, VersionState.APPROVED)
    change_one(
        version,
        expect={"state": version.state, "edits": seen},
        state=VersionState.APPROVED,
        rendered=rendered,
        approved_at=clock.now(),
        approved_by=person_behind(actor),
        **columns,
    )
    audit.record(NoticeAudit.APPROVED, actor=actor, subject=version)


@transaction.atomic
def publish(actor: Actor, version: Version, facts: Facts, recipients: Sequence[Recipient]) -> int:
    """Let an approved version leave: deliveries and news row in one transaction. Returns the number of mails.

    A second click finds the version published already and is refused. Facts that changed since the approval
    refuse it too: somebody must read it again.
    """
    _refuse_leaving(version, facts)
    told = once_each(recipients)
    change_one(
        version,
        expect={"state": VersionState.APPROVED, "edits": version.edits},
        state=VersionState.PUBLISHED,
        published_at=clock.now(),
        published_by=person_behind(actor),
        audience=[
            {
                "address": row.address,
                "name": row.name,
                "language": row.language,
                "is_list": row.is_list,
                "why": list(row.why),
                "channel": row.channel,
            }
            for row in told
        ],
    )
    note_standing(version.notice.thread_id)
    enqueue(parcels(version, told))
    mails = sum(row.channel == "mail" for row in told)
    audit.record(
        NoticeAudit.PUBLISHED,
        actor=actor,
        subject=version,
        changes={"mails": mails, "targets": [row.address for row in told if row.channel != "mail"]},
    )
    emit(
        NoticePublished(
            thread_id=version.notice.thread_id,
            notice_id=version.notice_id,
            version_id=version.pk,
            notice_kind=version.notice.kind,
        )
    )
    return mails


def note_standing(thread: int) -> None:
    """Write on the thread where it stands for readers, from what was published in it."""
    rows = Version.objects.filter(notice__thread=thread, state=VersionState.PUBLISHED)
    newest = rows.order_by("-notice__number", "-number").values("pk", "facts").first()
    last = rows.order_by("-published_at", "-pk").values("pk", "published_at").first()
    if newest is None or last is None:
        return
    facts = Facts.from_json(newest["facts"])
    Thread.objects.filter(pk=thread).update(
        told_at=last["published_at"],
        newest_version=newest["pk"],
        last_version=last["pk"],
        state=facts.state,
        starts_at=facts.starts_at,
        sudden=facts.sudden,
    )


def _refuse_leaving(version: Version, facts: Facts) -> None:
    """Only what somebody approved, as it stands now, leaves; and only once."""
    if version.state == VersionState.PUBLISHED:
        raise Refused(
            "notice.published_already",
            _("This notice was published already; nothing is sent twice."),
            hint=_("To say something else, write the next notice or a correction."),
        )
    _refuse_closed(version)
    if version.state != VersionState.APPROVED:
        raise Refused("notice.not_approved", _("Nobody has approved this notice yet."))
    if facts.to_json() != version.facts:
        raise Refused(
            "notice.facts_changed",
            _("The facts changed after the approval, so what would leave is no longer true."),
            hint=_("Read it again and approve it anew."),
        )
    if found := problems_of(version):
        raise Refused(
            f"notice.{found[0].code}",
            " ".join(problem_words(problem) for problem in found),
            hint=_("It waited too long after its approval: complete it, then approve it anew."),
            field=found[0].section,
        )


@transaction.atomic
def discard(actor: Actor, version: Version, *, why: str = "") -> None:
    """Give a draft up; it stays readable in the thread."""
    VERSION.move(version, VersionState.DISCARDED)
    audit.record(NoticeAudit.DISCARDED, actor=actor, subject=version, reason=why)
