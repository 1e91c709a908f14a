"""The forms about coverage, taking-overs and departures."""

from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vigie.duty.queries import duties
from vigie.experiments.coverage import queries
from vigie.experiments.coverage.models import LEVELS
from vigie.experiments.coverage.rules import GENERAL, Level
from vigie.people.models import Person
from vigie.people.queries import staff
from vigie.people.rules import Ending
from vigie.services.queries import catalogue

LEVEL_CHOICES = [(level.value, label) for level, label in LEVELS.items()]
ENDINGS = [(Ending.DEPARTURE.value, _("they leave")), (Ending.CONTRACT.value, _("their contract ends"))]


class DayField(forms.DateField):
    """A day of the centre's zone, picked or typed as 2027-07-01."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
        self.error_messages["invalid"] = _("This is not a day. Write 2027-07-01.")


class PersonField(forms.ModelChoiceField[Person]):
    """Somebody who works here, known by login in addresses and forms."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=staff(), to_field_name="login", empty_label="", **kwargs)


class LineField(forms.ChoiceField):
    """A line: general support, or an experiment that works here."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=lambda: [(line.key, line.name) for line in queries.lines()], **kwargs)


class CoverForm(forms.Form):
    line = LineField(label=_("Line"))
    person = PersonField(label=_("Person"))
    level = forms.ChoiceField(
        label=_("Level"),
        choices=LEVEL_CHOICES,
        initial=Level.BACKUP.value,
        help_text=_("Somebody in training doesn’t count as cover yet."),
    )
    starts_on = DayField(label=pgettext_lazy("day", "From"))
    ends_on = DayField(
        label=pgettext_lazy("day", "Until"),
        required=False,
        help_text=_("The first day no longer covered. Empty: no end in sight."),
    )


class LevelForm(forms.Form):
    level = forms.ChoiceField(label=_("Level"), choices=LEVEL_CHOICES)
    on = DayField(label=pgettext_lazy("day", "From"), help_text=_("What was before stays as it was."))


class EndForm(forms.Form):
    on = DayField(
        label=pgettext_lazy("day", "Until"),
        required=False,
        help_text=_("The first day no longer covered. Empty: no end in sight."),
    )
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)


class DepartureForm(forms.Form):
    on = DayField(label=_("First day no longer here"), required=False, help_text=_("Empty: they stay."))
    ending = forms.ChoiceField(label=_("Why"), choices=ENDINGS, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ending"].pick = True  # type: ignore[attr-defined] # read by the form's template


def things(language: str) -> list[tuple[str, Any]]:
    """What may change hands besides words: lines, duties, services, each as `kind:code`."""
    lines = [(f"line:{line.key}", line.name) for line in queries.lines()]
    held = [(f"duty:{row.code}", row.name(language)) for row in duties()]
    services = [(f"service:{row.code}", row.name(language)) for row in catalogue()]
    return [
        ("", str(_("something else, in words"))),
        (str(_("Experiments")), lines),
        (str(_("Duties")), held),
        (str(_("Services")), services),
    ]


class TakingOverForm(forms.Form):
    key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    thing = forms.ChoiceField(label=_("What"), required=False)
    what = forms.CharField(
        label=_("In words"),
        max_length=300,
        required=False,
        help_text=_("What exactly, or what there is besides: the accounts, the weekly call…"),
    )
    giver = PersonField(label=_("From whom"), required=False)
    taker = PersonField(label=_("To whom"))
    due_on = DayField(label=_("Done by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["thing"].choices = things(get_language() or "fr")  # type: ignore[attr-defined] # a choice field

    def for_verb(self) -> dict[str, Any]:
        """What `take_over` asks for."""
        data = dict(self.cleaned_data)
        kind, _colon, code = data.pop("thing").partition(":")
        if kind == "line":
            line = queries.line_by_key(code)
            data |= {"general": code == GENERAL, "experiment": line.experiment}
        elif kind == "duty":
            data["duty"] = duties().get(code=code)
        elif kind == "service":
            data["service"] = catalogue().get(code=code)
        return data


class HandOnForm(forms.Form):
    taker = PersonField(label=_("To whom"))
    due_on = DayField(label=_("Done by"))
