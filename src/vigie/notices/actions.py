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
from vigie.notices.events import NoticeAudit, NoticePublished
from vigie.notices.lifecycle import VERSION
from vigie.notices.models import Notice, Thread, Version, VersionState
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
from vigie.notices.texts import render
from vigie.people.queries import person_behind
from vigie.post.actions import Parcel, enqueue


def open_thread() -> Thread:
    return Thread.objects.create(opened_at=clock.now())


@transaction.atomic
def draft(actor: Actor, thread: Thread, kind: Kind, facts: Facts) -> Version:
    """Begin a notice in the thread; the newest free words of the thread are carried over for an update."""
    number = (thread.notices.aggregate(last=Max("number"))["last"] or 0) + 1
    notice = Notice.objects.create(thread=thread, kind=kind, number=number, created_at=clock.now())
    version = Version.objects.create(
        notice=notice,
        number=1,
        facts=facts.to_json(),
        next_update_by=facts.next_update_by,
        created_at=clock.now(),
        created_by=person_behind(actor),
    )
    audit.record(NoticeAudit.DRAFTED, actor=actor, subject=version, changes={"kind": kind})
    return version


@transaction.atomic
def correct(actor: Actor, version: Version, facts: Facts, *, why: str) -> Version:
    """Begin a correction of a published version: a new version of the same notice, with the same words."""
    if version.state != VersionState.PUBLISHED:
        raise Refused(
            "notice.not_published", _("Only what was published can be corrected; edit the draft instead.")
        )
    if not why.strip():
        raise BadInput(
            "correction.why", _("Say what was wrong: it is written beside the correction."), field="why"
        )
    notice = version.notice
    if notice.versions.filter(state__in=(VersionState.DRAFT, VersionState.APPROVED)).exists():
        raise Conflict("notice.correction_open", _("Somebody is already correcting this notice."))
    last = notice.versions.aggregate(last=Max("number"))["last"]
    made = Version.objects.create(
        notice=notice,
        number=last + 1,
        facts=facts.to_json(),
        next_update_by=facts.next_update_by,
        paragraphs=version.paragraphs,
        flashes=version.flashes,
        correction=why.strip()[:500],
        created_at=clock.now(),
        created_by=person_behind(actor),
    )
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
) -> None:
    """Change the free words, and bring the facts up to date. An approval falls: it was for other words.

    `expected_edits` is the count the writer saw; `Conflict` if a colleague saved in between.
    """
    if version.state not in {VersionState.DRAFT, VersionState.APPROVED}:
        raise Refused("notice.published", _("What is published can't be edited; write a correction instead."))
    clean_paragraphs = clean(paragraphs)
    expect: dict[str, Any] = {"state": version.state}
    if expected_edits is not None:
        expect["edits"] = expected_edits
    change_one(
        version,
        expect=expect,
        state=VersionState.DRAFT,
        facts=facts.to_json(),
        next_update_by=facts.next_update_by,
        paragraphs=clean_paragraphs,
        flashes={language: flashes.get(language, "").strip() for language in LANGUAGES},
        approved_at=None,
        approved_by=None,
        rendered={},
        edits=version.edits + 1,
    )
    audit.record(NoticeAudit.EDITED, actor=actor, subject=version, changes={"paragraphs": clean_paragraphs})


def clean(paragraphs: Paragraphs) -> dict[str, dict[str, str]]:
    """Known languages and sections only, line ends as \\n; `BadInput` for a text too long to be read by anyone."""
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        for section in FREE_SECTIONS:
            text = (
                paragraphs.get(language, {})
                .get(section, "")
                .replace("\r\n", "\n")
                .replace("\x00", "")
                .strip()
            )
            if len(text) > PARAGRAPH_LIMIT:
                raise BadInput(
                    "paragraph.too_long",
                    _("“%(section)s” (%(language)s) has %(n)s characters; %(limit)s at most.")
                    % {"section": section, "language": language, "n": len(text), "limit": PARAGRAPH_LIMIT},
                    hint=_("Nobody reads more in a notice; put the detail on a page and link to it."),
                    field=f"{language}-{section}",
                )
            if text:
                found.setdefault(language, {})[section] = text
    return found


def problems_of(version: Version) -> list[Problem]:
    return problems(version.notice.kind, version.the_facts, version.paragraphs, version.flashes)


PROBLEM_WORDS = {
    "what.missing": _("It does not say which service."),
    "next_update.missing": _("It does not say by when the next update comes."),
    "data.unanswered": _("It does not say whether data was lost."),
    "flash.too_long": _("The flash has more than 200 characters."),
    "language.missing": _("It is written in one language only."),
    "paragraph.too_long": _("It is too long."),
}


@transaction.atomic
def approve(actor: Actor, version: Version, facts: Facts, *, link_for: Mapping[str, str]) -> None:
    """Say that this may leave, and freeze what leaves. `link_for` gives its public page per language."""
    change: dict[str, Any] = {"facts": facts.to_json(), "next_update_by": facts.next_update_by}
    version.facts, version.next_update_by = change["facts"], facts.next_update_by
    if found := problems_of(version):
        words = " ".join(
            f"{PROBLEM_WORDS[problem.code]}"
            + (f" ({problem.section}, {problem.language})" if problem.language else "")
            for problem in found
        )
        raise Refused(
            "notice.incomplete", words, hint=_("Complete it, then approve."), field=found[0].section
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
    VERSION.move(
        version,
        VersionState.APPROVED,
        **change,
        rendered=rendered,
        approved_at=clock.now(),
        approved_by=person_behind(actor),
    )
    audit.record(NoticeAudit.APPROVED, actor=actor, subject=version)


@transaction.atomic
def publish(actor: Actor, version: Version, facts: Facts, recipients: Sequence[Recipient]) -> int:
    """Let an approved version leave: deliveries and news row in one transaction. Returns the number of mails.

    A second click finds the version published already and is refused. Facts that changed since the approval
    refuse it too: somebody must read it again.
    """
    if version.state == VersionState.APPROVED and facts.to_json() != version.facts:
        raise Refused(
            "notice.facts_changed",
            _("The facts changed after the approval, so what would leave is no longer true."),
            hint=_("Read it again and approve it anew."),
        )
    told = once_each(recipients)
    VERSION.move(
        version,
        VersionState.PUBLISHED,
        published_at=clock.now(),
        published_by=person_behind(actor),
        audience=[
            {"address": row.address, "name": row.name, "language": row.language, "why": list(row.why)}
            for row in told
        ],
    )
    enqueue(_parcel(version, recipient) for recipient in told)
    audit.record(NoticeAudit.PUBLISHED, actor=actor, subject=version, changes={"mails": len(told)})
    emit(
        NoticePublished(
            thread_id=version.notice.thread_id,
            notice_id=version.notice_id,
            version_id=version.pk,
            notice_kind=version.notice.kind,
        )
    )
    return len(told)


def _parcel(version: Version, recipient: Recipient) -> Parcel:
    language = recipient.language if recipient.language in version.rendered else LANGUAGES[0]
    text = version.rendered[language]
    return Parcel(
        key=f"{version.topic}:mail:{recipient.address.strip().lower()}",
        recipient=recipient.address.strip(),
        recipient_name=recipient.name,
        language=language,
        topic=version.topic,
        payload={"subject": text["mail_subject"], "text": text["mail_text"], "html": text["mail_html"]},
    )


@transaction.atomic
def discard(actor: Actor, version: Version, *, why: str = "") -> None:
    """Give a draft up; it stays readable in the thread."""
    VERSION.move(version, VersionState.DISCARDED)
    audit.record(NoticeAudit.DISCARDED, actor=actor, subject=version, reason=why)
