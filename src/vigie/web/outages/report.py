"""The report of an outage: the numbers, each a difference of two rows, and the words in both languages."""

import json
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vigie.kernel import clock
from vigie.kernel.errors import VigieError
from vigie.notices.rules import Effect
from vigie.outages import actions, queries
from vigie.outages.models import EFFECT_LABELS, Outage
from vigie.outages.rules import Report, State
from vigie.web.access import StaffRequest, staff
from vigie.web.desk.centre import going
from vigie.web.lists import blame
from vigie.web.middleware import status_of
from vigie.web.outages import timeline
from vigie.web.outages.forms import ReviewForm
from vigie.web.outages.page import rights
from vigie.web.outages.register import record


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: StaffRequest, pk: int) -> HttpResponse:
    """Read it, print it, carry it away as JSON; write its words once the outage has ended."""
    outage = queries.outage(pk)
    if request.method != "POST":
        if request.GET.get("format") == "json":
            return _as_json(outage)
        initial = {"text_fr": outage.review_fr, "text_en": outage.review_en}
        return _show(request, outage, ReviewForm(outage=outage, initial=initial))
    form = ReviewForm(request.POST, outage=outage)
    if not form.is_valid():
        return _show(request, outage, form, status=422)
    try:
        actions.review(
            request.user,
            outage,
            text_fr=form.cleaned_data["text_fr"],
            text_en=form.cleaned_data["text_en"],
        )
    except VigieError as error:
        blame(form, error)
        return _show(request, outage, form, status=status_of(error))
    messages.success(request, _("The report stands."))
    return redirect("outage_report", pk=outage.pk)


def _show(request: StaffRequest, outage: Outage, form: ReviewForm, *, status: int = 200) -> HttpResponse:
    outage = queries.outage(outage.pk)
    language = get_language() or "fr"
    numbers = queries.report_of(outage)
    now = clock.now()
    kept = [promise.kept(now) for promise in numbers.promises]
    names = {line.service.code: line.service.name(language) for line in queries.affected(outage)}
    context = {
        "outage": outage,
        "going": going(outage, language),
        "numbers": numbers,
        "promises": list(zip(numbers.promises, kept, strict=True)),
        "kept": kept.count(True),
        "broken": kept.count(False),
        "services": [
            (
                names[row.code],
                EFFECT_LABELS[Effect(row.effect)],
                row,
                _late(row.restored_at, row.expected_end),
            )
            for row in numbers.services
        ],
        "within": queries.policy(outage.kind).first_within,
        "due": queries.due(outage),
        "entries": list(reversed(timeline.lines(outage))),
        "with_days": timeline.with_days(outage),
        "form": form,
        "may_write": rights(request.user, outage).write and outage.state == State.ENDED,
    }
    return render(request, "outages/report.html", context, status=status)


def _late(real: Any, planned: Any) -> timedelta | None:
    return real - planned if real and planned else None


def _as_json(outage: Outage) -> HttpResponse:
    """Everything of the report, spans in seconds."""
    numbers = queries.report_of(outage)
    body = record(outage, queries.affected(outage)) | {
        "report": as_values(numbers),
        "text_fr": outage.review_fr,
        "text_en": outage.review_en,
        "timeline": [_entry(line) for line in reversed(timeline.lines(outage))],
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="outage-{outage.pk}-report.json"'
    return response


def _entry(line: timeline.Line) -> dict[str, Any]:
    return {
        "at": line.at.isoformat(),
        "side": line.side,
        "kind": line.kind,
        "who": line.who_name,
        "text": line.text or line.title,
        "answers": [_entry(answer) for answer in line.answers],
    }


def as_values(numbers: Report) -> dict[str, Any]:
    """The numbers in plain values; spans in whole seconds."""
    now = clock.now()
    return {
        "lasted": _seconds(numbers.lasted),
        "to_declare": _seconds(numbers.to_declare),
        "to_first_notice": _seconds(numbers.to_first_notice),
        "gaps": [_seconds(gap) for gap in numbers.gaps],
        "longest_gap": _seconds(numbers.longest_gap),
        "overran": _seconds(numbers.overran),
        "promises": [
            {
                "made_at": promise.made_at.isoformat(),
                "by": promise.by.isoformat(),
                "kept": promise.kept(now),
            }
            for promise in numbers.promises
        ],
        "services": [
            {"code": row.code, "effect": row.effect, "lasted": _seconds(row.lasted)}
            for row in numbers.services
        ],
    }


def _seconds(span: timedelta | None) -> int | None:
    return round(span.total_seconds()) if span is not None else None
