"""One field over outages, notices and the inside logs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from vigie.notices import queries as notices
from vigie.notices.queries import Wanted
from vigie.outages import past, queries
from vigie.outages.sayings import log_text
from vigie.outages.texts import headline
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import carried, words_of

SHOWN = 20


@staff
@require_safe
def search(request: StaffRequest) -> HttpResponse:
    """What holds every word; each group links to its own list, where the same words go on."""
    words = words_of(request)
    outages = queries.with_lines(queries.matching(text=words)[:SHOWN]) if words else []
    told = notices.find(Wanted(text=words))[:SHOWN] if words else []
    lines = list(past.found_in_log(words)[:SHOWN]) if words else []
    numbers = queries.outage_ids(row.notice.thread_id for row in told)
    language = get_language() or "fr"
    found = {
        "outages": [{"number": row.pk, "line": headline(row, language), "row": row} for row in outages],
        "notices": [
            {
                "outage": numbers.get(row.notice.thread_id),
                "version": row.pk,
                "title": row.rendered.get(language, {}).get("title") or str(row.notice.get_kind_display()),
                "row": row,
            }
            for row in told
        ],
        "lines": [
            {"outage": row.outage_id, "at": row.at, "who": row.author_label, "text": log_text(row)}
            for row in lines
        ],
    }
    export = carried(request, "found", ("kind", "outage", "at", "text"), _flat(found))
    return export or render(request, "past/search.html", {"words": words, "shown": SHOWN, **found})


def _flat(found: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    """The three groups as rows of one table."""
    outages = (
        {"kind": "outage", "outage": row["number"], "at": "", "text": row["line"]} for row in found["outages"]
    )
    told = (
        {"kind": "notice", "outage": row["outage"], "at": "", "text": row["title"]}
        for row in found["notices"]
    )
    log = (
        {"kind": "log", "outage": row["outage"], "at": str(row["at"]), "text": row["text"]}
        for row in found["lines"]
    )
    return [*outages, *told, *log]
