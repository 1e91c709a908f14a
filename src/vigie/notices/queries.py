"""Reads over notices."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, overload

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.kernel.errors import Missing
from vigie.kernel.models import AuditRow
from vigie.notices.events import NoticeAudit
from vigie.notices.models import Notice, Thread, Version, VersionState
from vigie.notices.rules import Kind, folded
from vigie.people.models import Person

# Among thousands that were told, few are being written: the index on the time of publishing tells them apart.
OPEN = Q(published_at__isnull=True, state__in=(VersionState.DRAFT, VersionState.APPROVED))
TOLD = Q(published_at__isnull=False)


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


class Word(NamedTuple):
    """One published version, without its words: in which thread, of which kind, when, what it promised."""

    thread: int
    kind: str
    at: datetime
    promised: datetime | None


def words_in(thread_ids: Iterable[int]) -> Iterator[Word]:
    """What was told in these threads, by time of publishing: one query for thousands of them, and no text read."""
    wanted = list(thread_ids)
    if not wanted:
        return
    rows = Version.objects.filter(notice__thread__in=wanted, state=VersionState.PUBLISHED)
    columns = ("notice__thread_id", "notice__kind", "published_at", "next_update_by")
    for thread, kind, at, promised in rows.order_by("published_at", "pk").values_list(*columns):
        if at is not None:
            yield Word(thread, kind, at, promised)


def promised(thread_ids: Iterable[int]) -> dict[int, datetime | None]:
    """{thread: by when its readers were told to hear again, in what was published last}. A draft promises nothing yet."""
    return {word.thread: word.promised for word in words_in(thread_ids)}


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
    rows = Version.objects.filter(OPEN).select_related(
        "notice__thread", "created_by", "approved_by", "published_by"
    )
    return rows.order_by("created_at")


def published_versions() -> QuerySet[Version]:
    """Everything that was ever told, newest first."""
    rows = Version.objects.filter(TOLD).select_related(
        "notice__thread", "created_by", "approved_by", "published_by"
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


class InOrder(Sequence[Version]):
    """Lists one after the other, each in its own order: a page of it reads no more than it shows."""

    def __init__(self, *parts: QuerySet[Version]) -> None:
        self._parts = parts

    @cached_property
    def _sizes(self) -> list[int]:
        return [part.count() for part in self._parts]

    def __len__(self) -> int:
        return sum(self._sizes)

    def __iter__(self) -> Iterator[Version]:
        return (row for part in self._parts for row in part)

    @overload
    def __getitem__(self, index: int) -> Version: ...
    @overload
    def __getitem__(self, index: slice) -> list[Version]: ...
    def __getitem__(self, index: int | slice) -> Version | list[Version]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _step = index.indices(len(self))
        found: list[Version] = []
        for part, size in zip(self._parts, self._sizes, strict=True):
            if start < min(size, stop):
                found += part[start : min(size, stop)]
            start, stop = max(start - size, 0), max(stop - size, 0)
        return found


def find(wanted: Wanted) -> InOrder:
    """Notices as a list shows them: what is being written first, then what was told, newest first."""
    rows = Version.objects.select_related("notice__thread", "created_by", "approved_by", "published_by")
    if wanted.kind:
        rows = rows.filter(notice__kind=wanted.kind)
    for word in folded(wanted.text).split():
        rows = rows.filter(search__contains=word)
    written = rows.filter(OPEN).order_by("-created_at", "-pk")
    told = rows.filter(TOLD).order_by("-published_at", "-pk")
    if wanted.state == VersionState.PUBLISHED:
        return InOrder(told)
    if wanted.state == VersionState.DISCARDED:
        thrown = rows.filter(published_at__isnull=True, state=VersionState.DISCARDED)
        return InOrder(thrown.order_by("-created_at", "-pk"))
    if wanted.state in {VersionState.DRAFT, VersionState.APPROVED}:
        return InOrder(written.filter(state=wanted.state))
    return InOrder(written) if wanted.state == "open" else InOrder(written, told)
