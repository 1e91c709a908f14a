"""What the composer shows: sections with their facts and remarks, previews, who gets it, what may be done."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.kernel import clock
from vigie.kernel.access import allowed
from vigie.notices import queries as notices
from vigie.notices.models import KIND_LABELS, Version, VersionState
from vigie.notices.rules import (
    FLASH_LIMIT,
    FREE_SECTIONS,
    LANGUAGES,
    SECTIONS,
    Facts,
    Kind,
    Problem,
    Recipient,
    left_out,
    once_each,
    problems,
)
from vigie.notices.texts import SECTION_NAMES, Rendered, problem_words, render, said, title
from vigie.notices.texts.parts import STAND_INS
from vigie.outages import queries, texts
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.actions.tell import approval_fault, audience
from vigie.outages.models import Outage
from vigie.outages.rules import State, next_promise
from vigie.outages.texts import public_links
from vigie.people.models import Person
from vigie.web.composer.audience import counted
from vigie.web.composer.forms import NATIVE, ComposerForm, moment_text


@dataclass(frozen=True)
class Column:
    """One language of one section: what the facts say, the field for free words, a colleague's words beside it."""

    language: str
    native: str
    said: str
    field: Any = None
    theirs: str | None = None
    count: int = 0


@dataclass(frozen=True)
class Part:
    """One section of the composer."""

    key: str
    name: str
    columns: list[Column]
    remarks: list[str]
    stands_in: bool = False


@dataclass(frozen=True)
class Readers:
    """Who gets the notice by mail."""

    persons: list[Recipient] = field(default_factory=list)
    lists: list[Recipient] = field(default_factory=list)
    unreachable: list[Recipient] = field(default_factory=list)
    stopped: list[Recipient] = field(default_factory=list)
    bounced: list[Recipient] = field(default_factory=list)
    targets: list[Recipient] = field(default_factory=list)
    groups: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.persons) + len(self.lists)


def readers(outage: Outage) -> Readers:
    everyone = audience(outage)
    told, out = once_each(everyone), left_out(everyone)
    return Readers(
        persons=[row for row in told if not row.is_list and row.group != "target"],
        targets=[row for row in told if row.group == "target"],
        lists=[row for row in told if row.is_list],
        unreachable=[row for row in out if row.excluded == "no_address"],
        stopped=[row for row in out if row.excluded == "stopped"],
        bounced=[row for row in out if row.excluded == "bounced"],
        groups=counted(everyone),
    )


def fingerprint(facts: Facts) -> str:
    """Changes when anything the notice states changes, the promise aside: that one is edited on the page itself."""
    row = replace(facts, next_update_by=None).to_json()
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:16]


def facts_for(outage: Outage, version: Version, promised: datetime | None = None) -> Facts:
    """The facts as this version would say them now, with the time that the writer is about to promise."""
    facts = texts.facts_for(outage, version)
    return replace(facts, next_update_by=promised) if promised and facts.state == "ongoing" else facts


def next_word(outage: Outage, version: Version) -> datetime | None:
    """The promise that an update shows until its writer makes another.

    The one that stands, unless readers have it already: this update keeps that one, and owes them a new one by the policy.
    """
    stands = outage.next_update_by
    if version.notice.kind != Kind.UPDATE or version.correction or outage.state != State.ONGOING:
        return stands
    told = notices.published(outage.thread)
    if not told or moment_text(told[-1].the_facts.next_update_by) != moment_text(stands):
        return stands
    later = next_promise(clock.now(), queries.policy(outage.kind).update_every)
    return max(later, stands) if stands else later


def rendered(outage: Outage, version: Version, facts: Facts, form: ComposerForm) -> list[Rendered]:
    """The notice as it would leave at this moment, in each language."""
    links = public_links(outage)
    return [
        render(
            version.notice.kind,
            facts,
            language=language,
            paragraphs=form.paragraphs(),
            flashes=form.flashes(),
            link=links[language],
            correction=bool(version.correction),
        )
        for language in LANGUAGES
    ]


def faults(version: Version, facts: Facts, form: ComposerForm) -> list[Problem]:
    return problems(version.notice.kind, facts, form.paragraphs(), form.flashes(), clock.now())


def parts(
    version: Version,
    facts: Facts,
    form: ComposerForm,
    shown: list[Rendered],
    theirs: Mapping[str, str] | None = None,
) -> list[Part]:
    """Every section in the order of the page, the flash last."""
    found = faults(version, facts, form)
    facts_say = {}
    for language in LANGUAGES:
        with translation.override(language):
            facts_say[language] = said(version.notice.kind, facts, clock.now())
    own = form.flashes()
    result = []
    for key in (*SECTIONS, "flash"):
        free = key in FREE_SECTIONS or key == "flash"
        columns = []
        for page in shown:
            name = f"{page.language}-{key}"
            columns.append(
                Column(
                    language=page.language,
                    native=NATIVE[page.language],
                    said=_own_flash_or_none(page, own) if key == "flash" else facts_say[page.language][key],
                    field=form[name] if free else None,
                    theirs=(theirs or {}).get(name),
                    count=len(page.flash) if key == "flash" else 0,
                )
            )
        remarks = [problem_words(problem, place=False) for problem in found if problem.section == key]
        result.append(
            Part(key, str(SECTION_NAMES[key]), columns, list(dict.fromkeys(remarks)), key in STAND_INS)
        )
    return result


def _own_flash_or_none(page: Rendered, own: Mapping[str, str]) -> str:
    """The flash made from facts is shown only while the writer has none of their own."""
    return "" if own[page.language] else page.flash


@dataclass(frozen=True)
class Rights:
    """What this person may do with this draft; `approver` names who may approve where they may not."""

    tell: bool
    approve: bool
    approver: str


def rights(person: Person, outage: Outage, version: Version) -> Rights:
    tell = allowed(person, OutagePermission.TELL, PERMISSIONS)
    return Rights(
        tell=tell,
        approve=tell and not approval_fault(person, outage, version),
        approver=outage.follower.name if outage.follower else "",
    )


def heading(version: Version, facts: Facts) -> str:
    """The notice's title in the reader's language: as it left, or as it would leave now."""
    language = (get_language() or "fr")[:2]
    if version.rendered and version.state == VersionState.PUBLISHED:
        return str(version.rendered.get(language, version.rendered[LANGUAGES[0]])["title"])
    return title(version.notice.kind, facts, clock.now())


def kind_words(version: Version) -> str:
    """“First notice”, “Update”, “Correction of the update”…"""
    names = {Kind.ANNOUNCEMENT: _("First notice"), Kind.END: _("End notice")}
    kind = Kind(version.notice.kind)
    name = names.get(kind) or str(KIND_LABELS[kind]).capitalize()
    return _("Correction: %(notice)s") % {"notice": name} if version.correction else name


def initial(outage: Outage, version: Version, facts: Facts) -> dict[str, Any]:
    """The form as the draft stands."""
    values: dict[str, Any] = {
        f"{language}-{section}": text
        for language, words in version.paragraphs.items()
        for section, text in words.items()
    }
    values |= {f"{language}-flash": text for language, text in version.flashes.items()}
    return values | {
        "seen": version.edits,
        "facts": fingerprint(facts),
        "next_update_by": next_word(outage, version),
        "promise": moment_text(outage.next_update_by),
        "proposed": moment_text(next_word(outage, version)),
    }


def mail_sender() -> str:
    return str(settings.DEFAULT_FROM_EMAIL)


LIMIT = FLASH_LIMIT
