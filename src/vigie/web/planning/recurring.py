"""Templates of recurring maintenance: the list, the form, and “plan from it” with every date shown before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_safe

from vigie.kernel import clock
from vigie.kernel.errors import VigieError
from vigie.outages import actions, queries
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.models import MaintenanceTemplate, Outage
from vigie.people.models import Person
from vigie.people.queries import members
from vigie.people.rules import GroupKind, Role
from vigie.services.queries import catalogue
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import blame, form_page, may, only, posted
from vigie.web.outages.forms import EFFECTS, PersonChoice, service_choices
from vigie.web.planning.planform import title_of

DAYS = (
    ("MO", lazy("Monday")),
    ("TU", lazy("Tuesday")),
    ("WE", lazy("Wednesday")),
    ("TH", lazy("Thursday")),
    ("FR", lazy("Friday")),
    ("SA", lazy("Saturday")),
    ("SU", lazy("Sunday")),
)
NTH = (
    ("1", pgettext_lazy("of the month", "first")),
    ("2", pgettext_lazy("of the month", "second")),
    ("3", pgettext_lazy("of the month", "third")),
    ("4", pgettext_lazy("of the month", "fourth")),
    ("-1", pgettext_lazy("of the month", "last")),
)
REPEATS = (
    ("month", lazy("On one weekday of the month")),
    ("week", lazy("Every week, or every few weeks")),
    ("rule", lazy("By a rule of your own")),
    ("never", lazy("Not by itself")),
)
SIMPLE = re.compile(r"FREQ=(MONTHLY|WEEKLY)(?:;INTERVAL=(\d{1,2}))?;BYDAY=(-?\d)?(MO|TU|WE|TH|FR|SA|SU)")


def rule_of(repeat: str, nth: str, weekday: str, every: int, own: str) -> str:
    """The RRULE of what was chosen."""
    interval = f";INTERVAL={every}" if every > 1 else ""
    if repeat == "month":
        return f"FREQ=MONTHLY{interval};BYDAY={nth}{weekday}"
    if repeat == "week":
        return f"FREQ=WEEKLY{interval};BYDAY={weekday}"
    return own.strip().removeprefix("RRULE:") if repeat == "rule" else ""


def choices_of(rule: str) -> dict[str, Any]:
    """The choices that an RRULE stands for; a rule of one's own where it is none of them."""
    if not rule:
        return {"repeat": "never"}
    found = SIMPLE.fullmatch(rule)
    if not found or (found[1] == "MONTHLY") != bool(found[3]):
        return {"repeat": "rule", "recurrence": rule}
    chosen = {"every": int(found[2] or 1), "weekday": found[4]}
    return chosen | ({"repeat": "month", "nth": found[3]} if found[3] else {"repeat": "week"})


def rule_words(rule: str) -> str:
    """“every second Tuesday of the month”; the rule itself where no words fit."""
    chosen = choices_of(rule)
    if chosen["repeat"] == "never":
        return _("not by itself")
    if chosen["repeat"] == "rule":
        return rule
    every, weekday = chosen["every"], dict(DAYS)[chosen["weekday"]]
    if chosen["repeat"] == "week":
        words = ngettext("every week, on %(day)s", "every %(n)s weeks, on %(day)s", every)
        return words % {"n": every, "day": str(weekday)}
    words = ngettext(
        "every month, on the %(nth)s %(day)s", "every %(n)s months, on the %(nth)s %(day)s", every
    )
    return words % {"n": every, "nth": str(dict(NTH)[chosen["nth"]]), "day": str(weekday)}


class TemplateForm(forms.Form):
    """What comes again, how long, when."""

    title_fr = forms.CharField(label=lazy("Title in French"), max_length=120)
    title_en = forms.CharField(label=lazy("Title in English"), max_length=120)
    services = forms.MultipleChoiceField(
        label=lazy("What is concerned?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": lazy("Choose at least one service.")},
    )
    effect = forms.ChoiceField(
        label=lazy("What will users notice?"), widget=forms.RadioSelect, choices=EFFECTS, initial="down"
    )
    at = forms.TimeField(
        label=lazy("Starts at"), help_text=lazy("The centre’s clock, summer and winter, like 09:00.")
    )
    minutes = forms.IntegerField(label=lazy("Lasts, in minutes"), min_value=1, max_value=60 * 24 * 60)
    repeat = forms.ChoiceField(
        label=lazy("When does it come again?"), widget=forms.RadioSelect, choices=REPEATS, initial="month"
    )
    nth = forms.ChoiceField(label=lazy("Which one of the month"), choices=NTH, initial="2")
    weekday = forms.ChoiceField(label=lazy("Weekday"), choices=DAYS, initial="TU")
    every = forms.IntegerField(
        label=lazy("Every how many months or weeks"),
        min_value=1,
        max_value=52,
        initial=1,
        help_text=lazy("Counted from the first day of the span that is planned."),
    )
    recurrence = forms.CharField(
        label=lazy("Rule of your own"),
        max_length=200,
        required=False,
        help_text=lazy("An RRULE of RFC 5545, like FREQ=MONTHLY;BYMONTHDAY=15."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["services"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = service_choices()
        for name in ("services", "effect", "repeat"):
            self.fields[name].pick = True  # type: ignore[attr-defined] # read by house/form.html

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("repeat") == "rule" and not data.get("recurrence"):
            self.add_error("recurrence", _("Write the rule, or choose another way."))
        return data


class SpanForm(forms.Form):
    """From when to when drafts are made."""

    first = forms.DateField(
        label=lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    contact = PersonChoice(
        label=lazy("Operations contact"), queryset=Person.objects.none(), empty_label=lazy("choose…")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["contact"]
        assert isinstance(field, PersonChoice)
        field.queryset = members([GroupKind.OPERATIONS])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The end is before the start."))
        if first and last and last - first > timedelta(days=2 * 366):
            self.add_error("last", _("Two years at most."))
        return data


@dataclass(frozen=True)
class Occurrence:
    """One date of a template: `outage` if it is planned already, `past` if it is too late for it."""

    starts_at: datetime
    ends_at: datetime
    outage: Outage | None
    past: bool


@staff
@require_safe
def register(request: StaffRequest) -> HttpResponse:
    language = get_language() or "fr"
    names = {service.code: service.name(language) for service in catalogue()}
    rows = [
        {
            "row": row,
            "title": title_of(row),
            "services": [(effect, names.get(code, code)) for code, effect in row.services.items()],
            "lasts": timedelta(minutes=row.minutes),
            "when": rule_words(row.recurrence),
            "next": row.outages.filter(starts_at__gt=clock.now()).order_by("starts_at").first(),
            "drafts": row.outages.filter(starts_at__gt=clock.now()).count(),
        }
        for row in queries.templates()
    ]
    context = {"rows": rows, "may": may(request.user, OutagePermission.DECLARE, PERMISSIONS)}
    return render(request, "planning/templates.html", context)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, code: str = "") -> HttpResponse:
    """A new template, or a change of one; what was planned from it stays as it is."""
    only(request.user, OutagePermission.DECLARE, PERMISSIONS)
    row = queries.template(code) if code else None
    form = TemplateForm(posted(request), initial=_stands(row) if row else {})

    def run(data: Mapping[str, Any]) -> str:
        effects = row.services if row else {}
        same = row is not None and data["effect"] == next(iter(effects.values()))
        saved = actions.save_template(
            request.user,
            code=row.code if row else _fresh_code(data["title_en"]),
            title_fr=data["title_fr"],
            title_en=data["title_en"],
            services={
                name: effects.get(name, data["effect"]) if same else data["effect"]
                for name in data["services"]
            },
            at=data["at"],
            minutes=data["minutes"],
            recurrence=rule_of(
                data["repeat"], data["nth"], data["weekday"], data["every"], data["recurrence"]
            ),
            words=row.words if row else None,
        )
        return f"/templates/{saved.code}"

    return form_page(
        request,
        form,
        run,
        sentence=_("Change “%(title)s”") % {"title": title_of(row)} if row else _("A new template"),
        why=_(
            "It says what comes again, and when. Outages are planned from it as drafts, each a plan of its own."
        ),
        button=_("Save the template"),
        back=f"/templates/{row.code}" if row else "/templates",
        done=_("The template is saved."),
    )


def _stands(row: MaintenanceTemplate) -> dict[str, Any]:
    return {
        "title_fr": row.title_fr,
        "title_en": row.title_en,
        "services": list(row.services),
        "effect": next(iter(row.services.values())),
        "at": row.at.strftime("%H:%M"),
        "minutes": row.minutes,
        **choices_of(row.recurrence),
    }


def _fresh_code(title: str) -> str:
    """A code that no template has, retired ones too."""
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "template"
    code, n = base, 1
    while MaintenanceTemplate.objects.filter(code=code).exists():
        n += 1
        code = f"{base}-{n}"
    return code


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: StaffRequest, code: str) -> HttpResponse:
    """A template, the dates it gives in a span, and drafts for those that are not planned yet."""
    row = queries.template(code)
    today = clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    initial: dict[str, Any] = {"first": today, "last": today + timedelta(days=365)}
    if Role.OPERATOR in request.user.roles:
        initial["contact"] = request.user.pk
    asked = request.POST if request.method == "POST" else request.GET if "first" in request.GET else None
    form = SpanForm(asked, initial=initial)
    status, span = 200, initial
    if asked is not None:
        span = form.cleaned_data if form.is_valid() else {}
        if request.method == "POST" and span:
            try:
                made = _create(request.user, row, span)
            except VigieError as error:
                blame(form, error)
                status = 409
            else:
                messages.success(request, made)
                return redirect("template", code=row.code)
        elif not span and request.method == "POST":
            status = 422
        if "first" in form.cleaned_data and "last" in form.cleaned_data and not span:
            span = form.cleaned_data
    found = occurrences(row, span) if span.get("first") and span.get("last") else []
    context = {
        "row": row,
        "title": title_of(row),
        "when": rule_words(row.recurrence),
        "lasts": timedelta(minutes=row.minutes),
        "form": form,
        "found": found,
        "fresh": sum(not item.past and item.outage is None for item in found),
        "asked": asked is not None,
        "may": may(request.user, OutagePermission.DECLARE, PERMISSIONS),
    }
    return render(request, "planning/template.html", context, status=status)


def occurrences(row: MaintenanceTemplate, span: Mapping[str, Any]) -> list[Occurrence]:
    """The dates as they will be, each with the outage that was planned for it."""
    there = {outage.planned_start: outage for outage in row.outages.all()}
    now = clock.now()
    return [
        Occurrence(start, start + timedelta(minutes=row.minutes), there.get(start), start <= now)
        for start in actions.occurrences(row, span["first"], span["last"])
    ]


def _create(user: Person, row: MaintenanceTemplate, span: Mapping[str, Any]) -> str:
    new = sum(not item.past and item.outage is None for item in occurrences(row, span))
    actions.plan_from_template(user, row, first=span["first"], last=span["last"], contact=span["contact"])
    return ngettext("%(n)s draft is planned.", "%(n)s drafts are planned.", new) % {"n": new}
