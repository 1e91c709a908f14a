"""Reads over notices."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.kernel.errors import Missing
from vigie.notices.models import Thread, Version, VersionState
from vigie.notices.rules import Kind


def version(pk: int) -> Version:
    """The version with its notice and thread, or `Missing`."""
    found = (
        Version.objects.select_related("notice__thread", "approved_by", "published_by").filter(pk=pk).first()
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
