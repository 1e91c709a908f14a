"""Reads over notices."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from vigie.kernel.errors import Missing
from vigie.kernel.models import AuditRow
from vigie.notices.events import NoticeAudit
from vigie.notices.models import Notice, Thread, Version, VersionState
from vigie.notices.rules import Kind, folded
from vigie.people.models import Person


def version(pk: int) -> Version:
    """The version with its notice and thread, or `Missing`."""
    found = (
        Version.objects.select_related("notice__thread", "created_by", "approved_by", "published_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Missing("notice.missing", _("There is no such notice."))
    return found


def open_version(thread: Thread, kind: str | None = None) -> Version | None:
    """The newest draft or approved version of the thread (of this kind), if any."""
    rows = Version.objects.filter(
        notice__thread=thread, state__in=(VersionState.DRAFT, VersionState.APPROVED)
    ).select_related("notice")
    if kind:
        rows = rows.filter(notice__kind=kind)
    return rows.order_by("-pk").first()


def published(thread: Thread) -> list[Version]:
    """All published versions of a thread, by time of publishing: what was told, corrections included."""
    rows = Version.objects.filter(notice__thread=thread, state=VersionState.PUBLISHED)
    return list(rows.select_related("notice", "published_by", "approved_by").order_by("published_at", "pk"))


LONG_TEXTS = ("facts", "paragraphs", "flashes", "rendered", "audience", "search")


def published_by_thread(thread_ids: Iterable[int]) -> dict[int, list[Version]]:
    """{thread: its published versions by time of publishing} for many threads in one query: their kinds and times,
    the long texts left in the database until somebody asks.
    """
    rows = Version.objects.filter(notice__thread__in=list(thread_ids), state=VersionState.PUBLISHED)
    found: dict[int, list[Version]] = {}
    for row in rows.select_related("notice").defer(*LONG_TEXTS).order_by("published_at", "pk"):
        found.setdefault(row.notice.thread_id, []).append(row)
    return found


def threads_of_topics(topics: Iterable[str]) -> dict[str, int]:
    """{topic of the outbox: thread} for those topics that are of a notice."""
    pks = {int(topic.partition(":")[2]): topic for topic in topics if topic.startswith("notice-version:")}
    rows = Version.objects.filter(pk__in=pks).values_list("pk", "notice__thread_id")
    return {pks[pk]: thread for pk, thread in rows}


def in_force(versions: Iterable[Version]) -> list[Version]:
    """Of published versions, the last of each notice: what readers see today, oldest notice first."""
    last: dict[int, Version] = {}
    for row in versions:
        last[row.notice_id] = row
    return sorted(last.values(), key=lambda row: (row.notice.thread_id, row.notice.number))


def told_threads(*, limit: int | None = None) -> list[tuple[Thread, list[Version]]]:
    """Threads with something published, newest word first, each with its versions in force, oldest first."""
    told: dict[Thread, list[Version]] = {}
    for row in published_versions().order_by("published_at", "pk"):
        told.setdefault(row.notice.thread, []).append(row)
    newest_first = sorted(told, key=lambda thread: told[thread][-1].pk, reverse=True)
    return [(thread, in_force(told[thread])) for thread in newest_first[:limit]]


def drafts() -> QuerySet[Version]:
    """Everything begun and not yet out, oldest first."""
    rows = Version.objects.filter(state__in=(VersionState.DRAFT, VersionState.APPROVED))
    return rows.select_related("notice__thread", "created_by").order_by("created_at")


def published_versions() -> QuerySet[Version]:
    """Everything that was ever told, newest first."""
    rows = Version.objects.filter(state=VersionState.PUBLISHED).select_related(
        "notice__thread", "published_by"
    )
    return rows.order_by("-published_at", "-pk")


def was_told(thread: Thread, kind: Kind | None = None) -> bool:
    rows = Version.objects.filter(notice__thread=thread, state=VersionState.PUBLISHED)
    return (rows.filter(notice__kind=kind) if kind else rows).exists()


def versions_of(notice: Notice) -> list[Version]:
    """All versions of a notice that were published or are being written, oldest first; discarded ones aside."""
    rows = notice.versions.exclude(state=VersionState.DISCARDED)
    return list(rows.select_related("notice", "published_by", "created_by").order_by("number"))


def before(version: Version) -> Version | None:
    """The version that this one corrects: the newest published one before it."""
    rows = Version.objects.filter(
        notice_id=version.notice_id, number__lt=version.number, state=VersionState.PUBLISHED
    )
    return rows.select_related("notice").order_by("-number").first()


def last_saved(version: Version) -> AuditRow | None:
    """Who last saved this draft, and when."""
    rows = AuditRow.objects.filter(
        subject_kind="notices.version", subject_id=str(version.pk), kind=NoticeAudit.EDITED
    )
    return rows.order_by("-pk").first()


def wrote(person: Person | None, version: Version) -> bool:
    """Whether the person began this version or saved words of theirs in it."""
    if person is None:
        return False
    edits = AuditRow.objects.filter(
        subject_kind="notices.version",
        subject_id=str(version.pk),
        kind=NoticeAudit.EDITED,
        actor_kind__in=("person", "token"),
        actor_id=person.actor_id,
    )
    return version.created_by_id == person.pk or edits.exists()


@dataclass(frozen=True)
class Wanted:
    """Which notices a list shows; "" for any. `state` is open (draft or approved) or a state of a version."""

    state: str = ""
    kind: str = ""
    text: str = ""


def find(wanted: Wanted) -> QuerySet[Version]:
    """Notices as a list shows them: what is being written first, then what was told, newest first."""
    rows = Version.objects.select_related("notice__thread", "created_by", "approved_by", "published_by")
    if wanted.state == "open":
        rows = rows.filter(state__in=(VersionState.DRAFT, VersionState.APPROVED))
    elif wanted.state in VersionState.values:
        rows = rows.filter(state=wanted.state)
    else:
        rows = rows.exclude(state=VersionState.DISCARDED)
    if wanted.kind:
        rows = rows.filter(notice__kind=wanted.kind)
    for word in folded(wanted.text).split():
        rows = rows.filter(search__contains=word)
    closed = Case(
        When(state__in=(VersionState.DRAFT, VersionState.APPROVED), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    last = Coalesce(F("published_at"), F("created_at"))
    return rows.annotate(closed=closed, last=last).order_by("closed", "-last", "-pk")
