"""Forms of templates of recurring maintenance, and what a recurrence reads like."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vigie.outages.models import MaintenanceTemplate
from vigie.people.models import Person
from vigie.people.queries import members
from vigie.people.rules import GroupKind
from vigie.web.outages.forms import EFFECTS, PersonChoice, service_choices

DAYS = (
    ("MO", _("Monday")),
    ("TU", _("Tuesday")),
    ("WE", _("Wednesday")),
    ("TH", _("Thursday")),
    ("FR", _("Friday")),
    ("SA", _("Saturday")),
    ("SU", _("Sunday")),
)
NTH = (
    ("1", pgettext_lazy("of the month", "first")),
    ("2", pgettext_lazy("of the month", "second")),
    ("3", pgettext_lazy("of the month", "third")),
    ("4", pgettext_lazy("of the month", "fourth")),
    ("-1", pgettext_lazy("of the month", "last")),
)
REPEATS = (
    ("month", _("On one weekday of the month")),
    ("week", _("Every week, or every few weeks")),
    ("rule", _("By a rule of your own")),
    ("never", _("Not by itself")),
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
        return gettext("not by itself")
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

    title_fr = forms.CharField(label=_("Title in French"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    services = forms.MultipleChoiceField(
        label=_("What is concerned?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one service.")},
    )
    effect = forms.ChoiceField(
        label=_("What will users notice?"), widget=forms.RadioSelect, choices=EFFECTS, initial="down"
    )
    at = forms.TimeField(
        label=_("Starts at"), help_text=_("The centre’s clock, summer and winter, like 09:00.")
    )
    minutes = forms.IntegerField(label=_("Lasts, in minutes"), min_value=1, max_value=60 * 24 * 60)
    repeat = forms.ChoiceField(
        label=_("When does it come again?"), widget=forms.RadioSelect, choices=REPEATS, initial="month"
    )
    nth = forms.ChoiceField(label=_("Which one of the month"), choices=NTH, initial="2")
    weekday = forms.ChoiceField(label=_("Weekday"), choices=DAYS, initial="TU")
    every = forms.IntegerField(
        label=_("Every how many months or weeks"), min_value=1, max_value=52, initial=1
    )
    anchor = forms.DateField(
        label=_("Counted from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "For every second month or week and the like: nothing comes before this day. Empty: from today."
        ),
    )
    recurrence = forms.CharField(
        label=_("Rule of your own"),
        max_length=200,
        required=False,
        help_text=_("An RRULE of RFC 5545, like FREQ=MONTHLY;BYMONTHDAY=15."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["services"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = service_choices()
        self.codes = service_choices()
        for code, name in self.codes:
            self.fields[f"{code}-effect"] = forms.ChoiceField(
                label=_("Effect on %(name)s") % {"name": name},
                choices=[("", _("as above")), *EFFECTS],
                required=False,
            )
        for name in ("services", "effect", "repeat"):
            self.fields[name].pick = True  # type: ignore[attr-defined] # read by house/form.html

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("repeat") == "rule" and not data.get("recurrence"):
            self.add_error("recurrence", _("Write the rule, or choose another way."))
        return data

    @property
    def own(self) -> list[tuple[str, forms.BoundField]]:
        """Each service's name with the field of its own effect."""
        return [(name, self[f"{code}-effect"]) for code, name in self.codes]

    @property
    def has_own(self) -> bool:
        return any(field.value() or field.errors for _name, field in self.own)

    def effects(self) -> dict[str, str]:
        """{code: effect} of what was chosen."""
        data = self.cleaned_data
        return {code: data.get(f"{code}-effect") or data["effect"] for code in data["services"]}

    def rule(self) -> str:
        """The RRULE of what was chosen."""
        data = self.cleaned_data
        return rule_of(data["repeat"], data["nth"], data["weekday"], data["every"], data["recurrence"])

    def as_row(self) -> MaintenanceTemplate:
        """What was typed as a template that is not saved, to look at its dates."""
        data = self.cleaned_data
        return MaintenanceTemplate(
            at=data["at"], minutes=data["minutes"], recurrence=self.rule(), anchor=data["anchor"]
        )


def stands(row: MaintenanceTemplate) -> dict[str, Any]:
    """What the form shows of a template."""
    effects = list(row.services.values())
    common = max(effects, key=effects.count)
    return {
        "title_fr": row.title_fr,
        "title_en": row.title_en,
        "services": list(row.services),
        "effect": common,
        **{f"{code}-effect": effect for code, effect in row.services.items() if effect != common},
        "at": row.at.strftime("%H:%M"),
        "minutes": row.minutes,
        "anchor": row.anchor,
        **choices_of(row.recurrence),
    }


class SpanForm(forms.Form):
    """From when to when drafts are made."""

    first = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    contact = PersonChoice(
        label=_("Operations contact"), queryset=Person.objects.none(), empty_label=_("choose…")
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
