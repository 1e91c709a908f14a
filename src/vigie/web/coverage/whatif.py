"""What if: who goes, how many come, from when; before and after side by side, as a chart and as tables."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.experiments.coverage.actions import PERMISSIONS, CoveragePermission
from vigie.experiments.coverage.rules import State
from vigie.experiments.coverage.texts import day_words
from vigie.kernel.errors import VigieError
from vigie.people.queries import staff as everyone
from vigie.staffing import queries
from vigie.staffing.queries import Comparison
from vigie.staffing.rules import MOST_NEWCOMERS
from vigie.staffing.texts import as_record, name_of, share
from vigie.web.access import StaffRequest, staff
from vigie.web.coverage import heat
from vigie.web.coverage.forms import DayField
from vigie.web.lists import blame, only
from vigie.web.past import charts


class WhatIfForm(forms.Form):
    """Its fields stand in the address: a simulation can be sent to a colleague."""

    without = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who goes"),
        queryset=everyone(),
        to_field_name="login",
        required=False,
        help_text=gettext_lazy("Several: hold Ctrl or ⌘."),
    )
    on = DayField(label=gettext_lazy("From"))
    newcomers = forms.IntegerField(
        label=gettext_lazy("Newcomers"),
        min_value=0,
        max_value=MOST_NEWCOMERS,
        required=False,
        help_text=gettext_lazy("Imaginary, able to hold every duty."),
    )


@staff
@require_safe
def what_if(request: StaffRequest) -> HttpResponse:
    """Leads only: that somebody might go is not for everybody to read."""
    only(request.user, CoveragePermission.ARRANGE, PERMISSIONS)
    asked = bool(request.GET.keys() & {"without", "on", "newcomers"})
    form = WhatIfForm(request.GET if asked else None)
    context: dict[str, Any] = {"form": form, "sentence": _("What if somebody goes, or somebody comes?")}
    status = 200
    if asked:
        found = _simulated(form)
        if found is None:
            status = 422
        else:
            context |= _shown(found)
    return render(request, "coverage/what_if.html", context, status=status)


def _simulated(form: WhatIfForm) -> Comparison | None:
    if not form.is_valid():
        return None
    data = form.cleaned_data
    on: date = data["on"]
    try:
        return queries.simulate(list(data["without"]), on, newcomers=data["newcomers"] or 0)
    except VigieError as error:
        blame(form, error)
        return None


def _shown(found: Comparison) -> dict[str, Any]:
    language = get_language() or "fr"
    before, after = found.before, found.after
    lost = len(after.unfilled) - len(before.unfilled)
    worse = [line for line in found.lines if after.lines[line.key] != before.lines[line.key]]
    return {
        "sentence": _sentence(found, lost),
        "found": found,
        "day": day_words(found.change.on),
        "chart": _chart(found),
        "unfilled": [
            {
                "name": row.name(language),
                "before": sum(held.duty == row.code for held in before.unfilled),
                "after": sum(held.duty == row.code for held in after.unfilled),
                "able_before": before.strength[row.code].people,
                "able_after": after.strength[row.code].people,
                "minimum": row.minimum,
                "ideal": row.ideal,
                "below": after.strength[row.code].people < row.minimum,
            }
            for row in found.duties
        ],
        "shares": [
            (name_of(found, pk), share(found, before, pk) * 100, share(found, after, pk) * 100)
            for pk in found.persons_in_rotas()
        ],
        "lines": [
            {
                "line": line,
                "before": heat.STATES[before.lines[line.key]],
                "before_shape": heat.SHAPES[before.lines[line.key]],
                "after": heat.STATES[after.lines[line.key]],
                "after_shape": heat.SHAPES[after.lines[line.key]],
                "newcomer": name_of(found, after.taken[line.key]) if line.key in after.taken else "",
            }
            for line in worse
        ],
        "same": len(found.lines) - len(worse),
        "record": as_record(found),
    }


def _sentence(found: Comparison, lost: int) -> str:
    """The change in one sentence: shifts nobody can hold any more, lines left with nobody."""
    uncovered = sum(
        state is State.NONE and found.before.lines[key] is not State.NONE
        for key, state in found.after.lines.items()
    )
    if lost <= 0 and not uncovered:
        return _("Every shift that is held now would still be held, and no line would be left with nobody")
    shifts = ngettext(
        "%(n)d shift more that nobody can hold", "%(n)d shifts more that nobody can hold", max(lost, 0)
    ) % {"n": max(lost, 0)}
    lines = ngettext("%(n)d line more with nobody", "%(n)d lines more with nobody", uncovered) % {
        "n": uncovered
    }
    return _("%(shifts)s, %(lines)s, in a year") % {"shifts": shifts, "lines": lines}


def _chart(found: Comparison) -> SafeString | str:
    """Share of weeks on duty per person, before and after; the table below it holds the same numbers."""
    before, after = _("before"), _("after")
    bars = tuple(
        (name_of(found, pk), word, round(share(found, side, pk) * 100, 1))
        for pk in found.persons_in_rotas()
        for word, side in ((before, found.before), (after, found.after))
    )
    if not bars:
        return ""
    return charts.paired(bars, first=before, second=after, unit=_("share of weeks on duty, in percent"))
