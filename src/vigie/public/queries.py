"""What was told outside, as pages need it; and how the static site stands.

Everything here reads published versions only: frozen facts and rendered texts, never the outage or its log.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property

from django.conf import settings
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast, Substr

from vigie.kernel import clock, events
from vigie.kernel.models import EventRow
from vigie.notices.events import NoticePublished
from vigie.notices.models import KIND_LABELS, Thread, Version, VersionState
from vigie.notices.queries import in_force
from vigie.notices.rules import Facts, Kind
from vigie.notices.texts import Rendered
from vigie.public import rules
from vigie.public.models import Build, Push


@dataclass(frozen=True)
class Told:
    """One version of a notice, as it was published."""

    pk: int
    number: int
    kind: str
    published_at: datetime
    facts: Facts
    rendered: dict[str, Rendered]
    own_flashes: frozenset[str]
    correction: str = ""
    before: tuple["Told", ...] = field(default=())

    @property
    def kind_label(self) -> str:
        return str(KIND_LABELS[Kind(self.kind)])


@dataclass(frozen=True)
class Story:
    """All that was told about one outage: its notices in force, oldest first, each with what it said before."""

    pk: int
    told: tuple[Told, ...]

    @cached_property
    def newest(self) -> Told:
        return self.told[-1]

    @property
    def facts(self) -> Facts:
        return self.newest.facts

    @cached_property
    def last_word_at(self) -> datetime:
        return max(told.published_at for told in self.told)


def _told(version: Version, before: Sequence[Version] = ()) -> Told:
    assert version.published_at is not None, f"{version} is in force but was never published"
    return Told(
        pk=version.notice_id,
        number=version.notice.number,
        kind=version.notice.kind,
        published_at=version.published_at,
        facts=version.the_facts,
        rendered={language: Rendered.from_json(row) for language, row in version.rendered.items()},
        own_flashes=frozenset(language for language, text in version.flashes.items() if text.strip()),
        correction=version.correction,
        before=tuple(_told(row) for row in before),
    )


def published() -> QuerySet[Version]:
    return Version.objects.filter(state=VersionState.PUBLISHED)


def stories(threads: Iterable[int]) -> dict[int, Story]:
    """Everything told in these threads; a thread in which nothing was told is left out."""
    rows: dict[int, list[Version]] = {}
    found = published().filter(notice__thread__in=list(threads)).select_related("notice")
    for row in found.order_by("published_at", "pk"):
        rows.setdefault(row.notice.thread_id, []).append(row)
    return {
        thread: Story(
            thread,
            tuple(
                _told(last, [row for row in versions if row.notice_id == last.notice_id and row != last])
                for last in in_force(versions)
            ),
        )
        for thread, versions in rows.items()
    }


@dataclass(frozen=True)
class Line:
    """One outage in the list of all: enough to know where it stands and whether its page must be made anew."""

    thread: int
    newest: int
    last_version: int
    state: str
    starts_at: datetime
    told_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN_STATES


def _told_threads() -> QuerySet[Thread]:
    return Thread.objects.filter(told_at__isnull=False)


def _over() -> QuerySet[Thread]:
    return _told_threads().exclude(state__in=rules.OPEN_STATES)


def _lines(threads: QuerySet[Thread]) -> list[Line]:
    columns = ("pk", "newest_version", "last_version", "state", "starts_at", "told_at")
    return [
        Line(thread, newest, last, state, starts, told)
        for thread, newest, last, state, starts, told in threads.values_list(*columns)
        if newest and last and starts and told
    ]


def outline() -> list[Line]:
    """Every outage of which something was told, newest start first, without loading a single text."""
    return _lines(_told_threads().order_by("-starts_at", "-pk"))


def newest_lines(limit: int, *, sudden: bool) -> list[Line]:
    """The newest outages of one kind."""
    return _lines(_told_threads().filter(sudden=sudden).order_by("-starts_at", "-pk")[:limit])


def past_lines(limit: int) -> list[Line]:
    """The newest of the outages that are over."""
    return _lines(_over().order_by("-starts_at", "-pk")[:limit])


def past_between(start: datetime, end: datetime) -> list[Line]:
    """The outages that are over and began in [start, end), newest first."""
    return _lines(_over().filter(starts_at__gte=start, starts_at__lt=end).order_by("-starts_at", "-pk"))


def past_months(zone: tzinfo) -> list[tuple[str, int]]:
    """(“2026-11”, outages that are over and began in that month of the zone), newest month first.

    Ten thousand times are compared as texts, in UTC: to make each a datetime would take longer than all the rest.
    """
    text = Substr(Cast("starts_at", CharField()), 1, 19)
    stamps = sorted(_over().filter(starts_at__isnull=False).values_list(text, flat=True))
    found, end = [], len(stamps)
    while end:
        newest = datetime.fromisoformat(stamps[end - 1]).replace(tzinfo=UTC).astimezone(zone)
        first = newest.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        begin = bisect_left(stamps, f"{first.astimezone(UTC):%Y-%m-%d %H:%M:%S}", 0, end)
        found.append((f"{newest:%Y-%m}", end - begin))
        end = begin
    return found


def open_threads() -> list[int]:
    """Outages that go on or are announced."""
    return list(_told_threads().filter(state__in=rules.OPEN_STATES).values_list("pk", flat=True))


def open_stories() -> list[Story]:
    """What goes on or is announced: the former first, the worst first, then the longest."""
    found = [story for story in stories(open_threads()).values() if rules.is_open(story.facts)]
    return sorted(
        found,
        key=lambda story: (
            story.facts.state != "ongoing",
            rules.STATES.index(rules.outage_state(story.facts)),
            story.facts.starts_at,
        ),
    )


def recent_past(limit: int) -> list[Story]:
    """The outages that are over, the one last spoken of first."""
    threads = list(_over().order_by("-told_at", "-pk").values_list("pk", flat=True)[:limit])
    found = stories(threads)
    return [found[thread] for thread in threads]


def newest_of(lines: Iterable[Line]) -> list[tuple[int, Told]]:
    """(thread, newest notice in force) for each line, in the order given, in one read."""
    wanted = list(lines)
    rows = published().filter(pk__in=[line.newest for line in wanted]).select_related("notice")
    found = {row.notice.thread_id: _told(row) for row in rows}
    return [(line.thread, found[line.thread]) for line in wanted if line.thread in found]


def told(versions: Sequence[int]) -> list[tuple[int, Told, datetime]]:
    """For feeds: (thread, notice, when it was first published) of these versions, last published first."""
    rows = published().select_related("notice").filter(pk__in=versions).order_by("-published_at", "-pk")
    first: dict[int, datetime] = {}
    notices = rows.order_by().values("notice")
    for notice, at in published().filter(notice__in=notices).values_list("notice_id", "published_at"):
        assert at is not None
        first[notice] = min(at, first.get(notice, at))
    return [(row.notice.thread_id, _told(row), first[row.notice_id]) for row in rows]


def last_published() -> tuple[int, datetime | None]:
    """Id and time of the newest published version: what a page kept by a reader's browser is compared with."""
    row = published().order_by("-published_at", "-pk").values_list("pk", "published_at").first()
    return row or (0, None)


# --- how the static site stands ---


def heartbeat() -> timedelta:
    """The promise to readers: a page older than this says so."""
    return timedelta(minutes=settings.OPTIONS["public.heartbeat"])


def last_good_build() -> Build | None:
    return Build.objects.filter(error="").order_by("-pk").first()


def build_due(now: datetime | None = None) -> bool:
    """Whether the static site must be made now; from rows and the clock alone, so a restart loses nothing."""
    good = last_good_build()
    failures = Build.objects.filter(pk__gt=good.pk if good else 0).exclude(error="").order_by("-pk")
    failed = failures.first()
    return rules.build_due(
        now or clock.now(),
        latest_event=events.latest_id(),
        last_good=rules.Built(good.at, good.event_id, good.turns_at) if good else None,
        failures=failures.count(),
        failed_at=failed.at if failed else None,
        heartbeat=heartbeat(),
    )


def push_due(now: datetime | None = None) -> bool:
    """Whether the newest good build has still to be copied outside; a failed copy is tried again after a pause."""
    good = last_good_build()
    if not settings.OPTIONS["public.push"] or good is None:
        return False
    last = Push.objects.order_by("-pk").first()
    if last is None:
        return True
    if last.ok:
        return last.build_id != good.pk
    return not last.at <= (now or clock.now()) < last.at + rules.FIRST_RETRY


@dataclass(frozen=True)
class SiteState:
    """What the desk shows of the public site: "site ●", or why not."""

    built_at: datetime | None
    is_current: bool
    error: str
    event_id: int = 0


def site_state() -> SiteState:
    """When the site that readers see was made, whether all that was published is on it, and the last fault.

    With a push command configured, "on it" means copied outside.
    """
    good = last_good_build()
    newest = Build.objects.order_by("-pk").first()
    push = Push.objects.order_by("-pk").first() if settings.OPTIONS["public.push"] else None
    seen = good
    if settings.OPTIONS["public.push"]:
        copied = Push.objects.filter(ok=True).select_related("build").order_by("-pk").first()
        seen = copied.build if copied else None
    error = newest.error if newest else ""
    if not error and push is not None and not push.ok:
        error = push.output
    told_after = EventRow.objects.filter(
        kind=NoticePublished.kind, pk__gt=seen.event_id if seen else 0
    ).exists()
    return SiteState(
        built_at=seen.at if seen else None,
        # Made in the future means that the clock was set back: nobody knows how old it is.
        is_current=seen is not None and not told_after and abs(clock.now() - seen.at) <= heartbeat(),
        error=error,
        event_id=seen.event_id if seen else 0,
    )
