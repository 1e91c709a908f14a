"""What lies ahead: a month of the rota as a grid, and the holes in it with who could fill them."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigie.duty import actions, queries
from vigie.duty.actions import PERMISSIONS, DutyPermission
from vigie.duty.models import Duty, Shift
from vigie.duty.queries import Hole
from vigie.duty.texts import REASONS, level_name
from vigie.kernel import clock
from vigie.kernel.errors import BadInput
from vigie.lib.localtime import instant, parse
from vigie.people.queries import person_by_login
from vigie.web.access import StaffRequest
from vigie.web.access import staff as guarded
from vigie.web.duty.forms_rota import language
from vigie.web.duty.views import COLUMNS, record, zone
from vigie.web.duty.week import short_name
from vigie.web.lists import carried, may, words_of

HOLE_COLUMNS = ("duty", "level", "start", "end", "left", "could", "cannot")
PER_PAGE = 30
YEARS_AROUND = 100


def month_of(text: str, today: date) -> date:
    """The first day of a month like 2026-12; of this month where the text means nothing."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    return first if abs(first.year - today.year) <= YEARS_AROUND else today.replace(day=1)


def _midnight(day: date) -> datetime:
    return instant(datetime.combine(day, time(0)), zone())


@guarded
@require_safe
def month(request: StaffRequest) -> HttpResponse:
    """A month, day by day: `?month=2026-12`, `?duty=production`, `?rows=people`."""
    now = clock.now()
    today = now.astimezone(zone()).date()
    first = month_of(words_of(request, "month"), today)
    after = (first + timedelta(days=31)).replace(day=1)
    chosen, by = words_of(request, "duty"), words_of(request, "rows")
    start, end = _midnight(first), _midnight(after)
    shifts = queries.shifts_between(start, end, chosen or None).order_by("starts_at", "level")
    if file := carried(request, "shifts", COLUMNS, (record(shift) for shift in shifts)):
        return file
    days = [first + timedelta(days=n) for n in range((after - first).days)]
    duties = [row for row in queries.duties() if chosen in {"", row.code}]
    holes = [hole for hole in queries.holes(max(start, now), end) if hole.duty in duties] if end > now else []
    table = _by_people(shifts, days) if by == "people" else _by_duties(duties, shifts, holes, days)
    context = {
        "days": [(day, day == today, day.weekday() >= 5) for day in days],  # noqa: PLR2004 # Saturday
        "table": table,
        "by_people": by == "people",
        "holes": len(holes),
        "heading": f"{MONTHS[first.month]} {first.year}",
        "before": (first - timedelta(days=1)).strftime("%Y-%m"),
        "after": after.strftime("%Y-%m"),
        "month": first.strftime("%Y-%m"),
        "chosen": chosen,
        "duties": [(row.code, row.name(language())) for row in queries.duties()],
        "me": request.user,
    }
    return render(request, "duty/month.html", context)


Cell = list[dict[str, Any]]


def _by_duties(
    duties: list[Duty], shifts: Any, holes: list[Hole], days: list[date]
) -> list[tuple[str, str, list[Cell]]]:
    """(duty, level, a cell for each day): who begins a shift on that day, and from when nobody holds it."""
    cells: dict[tuple[int, int, date], Cell] = {}
    for shift in shifts:
        text = short_name(shift.person.name)
        _put(cells, (shift.duty_id, shift.level), shift, {"text": text, "shift": shift}, days)
    for hole in holes:
        begin = hole.span.starts.astimezone(zone())
        entry = {"text": _("nobody"), "hole": hole, "at": begin}
        cells.setdefault((hole.duty.pk, hole.level, begin.date()), []).append(entry)
    found = []
    for duty in duties:
        seen = {level for pk, level, _day in cells if pk == duty.pk}
        for level in sorted(seen | set(range(1, duty.levels + 1))):
            row = [cells.get((duty.pk, level, day), []) for day in days]
            found.append((duty.name(language()), level_name(level), row))
    return found


def _put(
    cells: dict[Any, Cell], key: tuple[int, int], shift: Shift, entry: dict[str, Any], days: list[date]
) -> None:
    """On the day on which it begins; a long shift on every day of it."""
    begin = shift.starts_at.astimezone(zone())
    last = (shift.ends_at - timedelta(microseconds=1)).astimezone(zone()).date()
    long = shift.ends_at - shift.starts_at > timedelta(days=2)
    for day in days:
        if begin.date() == day or (long and begin.date() <= day <= last):
            cells.setdefault((*key, day), []).append({**entry, "at": begin})


def _by_people(shifts: Any, days: list[date]) -> list[tuple[str, str, list[Cell]]]:
    cells: dict[tuple[int, int, date], Cell] = {}
    names: dict[int, str] = {}
    for shift in shifts:
        names[shift.person_id] = shift.person.name
        text = shift.duty.name(language())
        if shift.level > 1:
            text = f"{text} {shift.level}"
        _put(cells, (shift.person_id, 0), shift, {"text": text, "shift": shift}, days)
    return [
        (name, "", [cells.get((pk, 0, day), []) for day in days])
        for pk, name in sorted(names.items(), key=lambda pair: pair[1])
    ]


@guarded
@require_safe
def holes(request: StaffRequest) -> HttpResponse:
    """Every hole up to the horizon of the rotations, soonest first, with who could fill it and why others can't."""
    now, chosen = clock.now(), words_of(request, "duty")
    found = queries.holes(now, queries.horizon(now))
    found = [hole for hole in found if chosen in {"", hole.duty.code}]
    if file := carried(request, "holes", HOLE_COLUMNS, (_hole_record(row) for row in queries.explain(found))):
        return file
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [
            (
                row.hole,
                row.hole.duty.name(language()),
                level_name(row.hole.level),
                row.could,
                _why(row.cannot),
            )
            for row in queries.explain(list(page.object_list))
        ],
        "count": len(found),
        "chosen": chosen,
        "duties": [(row.code, row.name(language())) for row in queries.duties()],
        "until": queries.horizon(now),
        "may_edit": may(request.user, DutyPermission.EDIT, PERMISSIONS),
    }
    return render(request, "duty/holes.html", context)


def _why(cannot: Any) -> list[tuple[str, str]]:
    return [(person.name, str(REASONS[why])) for person, why in cannot]


def _hole_record(row: queries.Explained) -> Mapping[str, Any]:
    return {
        "duty": row.hole.duty.code,
        "level": row.hole.level,
        "start": row.hole.span.starts.astimezone(zone()).isoformat(timespec="minutes"),
        "end": row.hole.span.ends.astimezone(zone()).isoformat(timespec="minutes"),
        "left": row.hole.left.login if row.hole.left else "",
        "could": [person.login for person in row.could],
        "cannot": [f"{person.login}:{why}" for person, why in row.cannot],
    }


@guarded
@require_POST
def fill(request: StaffRequest) -> HttpResponse:
    """Put the person of the button on the hole of its row."""
    try:
        times = [parse(request.POST.get(name, ""), now=clock.now(), zone=zone()) for name in ("start", "end")]
        level = int(request.POST.get("level", ""))
    except (ValueError, OverflowError):
        raise BadInput("hole.form", _("This is no hole of the list.")) from None
    shift = actions.add_shift(
        request.user,
        duty=queries.duty_by_code(request.POST.get("duty", "")),
        person=person_by_login(request.POST.get("person", "")),
        starts_at=times[0],
        ends_at=times[1],
        level=level,
    )
    messages.success(request, _("%(name)s holds it now, and gets a mail.") % {"name": shift.person.name})
    return redirect("duty_holes")
