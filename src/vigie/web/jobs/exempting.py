"""Jobs that are left alone for a while: who said so, why, until when; the form, and the end."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from vigie.jobs.findings.actions import PERMISSIONS, FindingPermission, end_exemption, exempt
from vigie.jobs.findings.models import EXEMPTION_LABELS, Exemption
from vigie.jobs.findings.queries import findings as queries
from vigie.jobs.findings.queries import jobs
from vigie.jobs.findings.rules import ExemptionKind
from vigie.jobs.findings.texts import cut
from vigie.kernel import clock
from vigie.web.access import StaffRequest, staff
from vigie.web.fields import MomentField
from vigie.web.lists import carried, form_page, may, only, posted, words_of

COLUMNS = ("kind", "value", "cluster", "reason", "made_by", "made_at", "until", "ended_at", "ended_by")
OVER_SHOWN = 30
A_MONTH = timedelta(days=30)


class ExemptForm(forms.Form):
    kind = forms.ChoiceField(
        label=pgettext_lazy("exemption", "What"),
        choices=[(kind.value, EXEMPTION_LABELS[kind]) for kind in ExemptionKind],
    )
    value = forms.CharField(
        label=gettext_lazy("Which one"),
        max_length=200,
        help_text=gettext_lazy("The user name, the experiment’s code, the queue, or the job’s number."),
    )
    cluster = forms.CharField(
        label=gettext_lazy("On which cluster"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Needed for a job; empty: on every cluster."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Others will read it when they ask why these jobs are not named."),
    )
    until = MomentField(label=pgettext_lazy("day", "Until"), help_text=gettext_lazy("A year at most."))


@staff
@require_safe
def exemptions(request: StaffRequest) -> HttpResponse:
    """Those in force, the first to end first; those that are over below."""
    in_force = list(queries.exemptions())
    over = list(queries.exemptions(ended=True)[:OVER_SHOWN])
    if file := carried(request, "exemptions", COLUMNS, _records([*in_force, *over])):
        return file
    context = {
        "here": "exemptions",
        "in_force": in_force,
        "over": over,
        "may_exempt": may(request.user, FindingPermission.EXEMPT, PERMISSIONS),
    }
    return render(request, "jobs/exemptions.html", context)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """The address may say what: `?kind=user&value=tvr`."""
    only(request.user, FindingPermission.EXEMPT, PERMISSIONS)
    kind = words_of(request, "kind")
    initial = {
        "kind": kind if kind in set(ExemptionKind) else ExemptionKind.USER,
        "value": words_of(request, "value"),
        "cluster": words_of(request, "cluster"),
        "until": clock.now() + A_MONTH,
    }

    def run(data: Mapping[str, Any]) -> str:
        row = exempt(request.user, **data)
        if row.kind in {ExemptionKind.USER, ExemptionKind.QUEUE} and not jobs.has_any(row.kind, row.value):
            unknown = _("No job of “%(value)s” is known: is it written as the batch system does?")
            messages.warning(request, unknown % {"value": row.value})
        return reverse("exemptions")

    return form_page(
        request,
        ExemptForm(posted(request), initial=initial),
        run,
        sentence=_("Which jobs should be left alone, why, and until when?"),
        why=_("They run on; Vigie names them no longer as bad, from the next look on."),
        button=_("Leave them alone"),
        back=reverse("exemptions"),
        done=_("These jobs are left alone from the next look on."),
    )


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Asks once, then judges them again."""
    only(request.user, FindingPermission.EXEMPT, PERMISSIONS)
    row = queries.exemption_by_id(pk)

    def run(_data: Mapping[str, Any]) -> str:
        end_exemption(request.user, row)
        return reverse("exemptions")

    return form_page(
        request,
        forms.Form(posted(request)),
        run,
        sentence=_("Judge the jobs of %(what)s again?") % {"what": cut(row.value)},
        why=_("They were left alone by %(who)s: %(why)s") % {"who": row.made_by, "why": row.reason},
        button=_("Judge them again"),
        back=reverse("exemptions"),
        done=_("They are judged again from the next look on."),
    )


def _records(rows: list[Exemption]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            name: value.isoformat() if hasattr(value := getattr(row, name), "isoformat") else value
            for name in COLUMNS
        }
