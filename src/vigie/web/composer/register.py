"""All notices: its filters are in the address, and what it shows can be carried away."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.kernel.access import allowed
from vigie.notices import queries as notices
from vigie.notices.models import KIND_LABELS, Version, VersionState
from vigie.notices.queries import Wanted
from vigie.notices.rules import LANGUAGES, Kind
from vigie.outages.models import Outage
from vigie.post import queries as post
from vigie.post.actions import PERMISSIONS, PostPermission
from vigie.web.access import StaffRequest, staff
from vigie.web.composer import present, told
from vigie.web.lists import carried

PER_PAGE = 50
COLUMNS = (
    "outage",
    "notice",
    "version",
    "kind",
    "state",
    "title_fr",
    "title_en",
    "flash_fr",
    "flash_en",
    "next_update_by",
    "created_at",
    "approved_at",
    "approved_by",
    "published_at",
    "published_by",
    "mails",
    "correction",
)


@staff
@require_safe
def register(request: StaffRequest) -> HttpResponse:
    """Notices that fit the filters; `?format=csv` or `json` hands the same rows over whole."""
    wanted = read(request)
    rows = notices.find(wanted)
    if (file := carried(request, "notices", COLUMNS, records(rows))) is not None:
        return file
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    drafts = notices.drafts().count()
    filtered = wanted != Wanted()
    context = {
        "page": page,
        "rows": shown(list(page.object_list)),
        "wanted": wanted,
        "filtered": filtered,
        "drafts": drafts,
        "reads_mail": allowed(request.user, PostPermission.SORT, PERMISSIONS),
        "waiting_mails": post.unmatched().count(),
        "published": notices.published_versions().count(),
        "last": notices.published_versions().first(),
        "states": [("open", _("being written")), *VersionState.choices],
        "kinds": [(kind.value, label) for kind, label in KIND_LABELS.items()],
    }
    return render(request, "composer/list.html", context)


def read(request: HttpRequest) -> Wanted:
    """The filters of the address; a value that means nothing is dropped."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    return Wanted(
        state=state if state == "open" or state in VersionState.values else "",
        kind=kind if kind in set(Kind) else "",
        text=request.GET.get("q", "")[:200],
    )


def _outages(rows: Sequence[Version]) -> dict[int, int]:
    """{thread: outage} of these notices, in one query."""
    threads = {row.notice.thread_id for row in rows}
    return dict(Outage.objects.filter(thread__in=threads).values_list("thread_id", "pk"))


def shown(rows: Sequence[Version]) -> list[dict[str, Any]]:
    """Rows as the table shows them."""
    outages = _outages(rows)
    tally = post.tally([row.topic for row in rows])
    return [
        {
            "version": row,
            "outage": outages.get(row.notice.thread_id),
            "kind": present.kind_words(row),
            "title": present.heading(row, row.the_facts),
            "state": row.get_state_display(),
            "at": row.published_at or row.created_at,
            "by": row.published_by or row.created_by,
            "open": row.state in {VersionState.DRAFT, VersionState.APPROVED},
            "delivery": told.counted(tally[row.topic]),
        }
        for row in rows
    ]


def records(rows: Iterable[Version]) -> Iterator[dict[str, Any]]:
    """Every row that the filters let through, in plain values."""
    found = list(rows)
    outages = _outages(found)
    tally = post.tally([row.topic for row in found])
    for row in found:
        yield record(row, outages.get(row.notice.thread_id), sum(tally[row.topic].values()))


def record(row: Version, outage: int | None, mails: int) -> dict[str, Any]:
    """One notice as flat data; times in ISO form, UTC."""
    texts = {name: row.rendered.get(name, {}) for name in LANGUAGES}

    def at(name: str) -> str | None:
        value = getattr(row, name)
        return value.isoformat() if value else None

    return {
        "outage": outage,
        "notice": row.notice.number,
        "version": row.number,
        "kind": row.notice.kind,
        "state": row.state,
        **{f"title_{name}": texts[name].get("title", "") for name in LANGUAGES},
        **{f"flash_{name}": texts[name].get("flash", "") for name in LANGUAGES},
        "next_update_by": at("next_update_by"),
        "created_at": at("created_at"),
        "approved_at": at("approved_at"),
        "approved_by": row.approved_by.name if row.approved_by else "",
        "published_at": at("published_at"),
        "published_by": row.published_by.name if row.published_by else "",
        "mails": mails,
        "correction": row.correction,
    }
