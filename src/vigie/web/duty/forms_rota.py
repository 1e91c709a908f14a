"""The forms about patterns, rotations, absences and swaps; rules are the verbs' business."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.duty import queries
from vigie.duty.models import Duty, RhythmName, Shift
from vigie.duty.rules import HIGHEST_LEVEL, Every
from vigie.duty.texts import when
from vigie.people.models import Person
from vigie.people.queries import staff

EVERY = [
    (Every.SHIFT.value, _("at every shift")),
    (Every.DAY.value, _("every day")),
    (Every.WEEK.value, _("every week")),
]
RETURN_AHEAD = timedelta(weeks=8)


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, chosen or typed."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **options)


class ShapeForm(forms.Form):
    rhythm = forms.ChoiceField(label=_("Rhythm"), choices=RhythmName.choices)
    handovers = forms.CharField(
        label=_("Hand-over times"),
        required=False,
        max_length=100,
        help_text=_("In the centre’s time, like 08:00 20:00: as many as there are shifts in a day."),
    )
    closes = forms.TimeField(
        label=_("Office hours end at"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days on which a shift begins"),
        required=False,
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("By the week: the first of them is the day of the hand-over."),
    )
    on_holidays = forms.BooleanField(label=_("Held on public holidays too"), required=False)
    levels = forms.IntegerField(
        label=_("Levels"),
        min_value=1,
        max_value=HIGHEST_LEVEL,
        help_text=_("1: a primary only; 2: and a backup; 3: and a second backup."),
    )
    minimum = forms.IntegerField(label=_("Fewest people that can hold it"), min_value=1, max_value=99)
    ideal = forms.IntegerField(label=_("Ideal number of people"), min_value=1, max_value=99)
    needs_approval = forms.BooleanField(label=_("A lead decides on swaps"), required=False)
    phone_public = forms.BooleanField(label=_("Its telephone may be shown to everybody"), required=False)
    checklist_fr = forms.CharField(
        label=_("Hand-over checklist in French"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One line for each thing to go through."),
    )
    checklist_en = forms.CharField(
        label=_("Hand-over checklist in English"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class RotationForm(forms.Form):
    """Who follows whom: everybody has a place, or none."""

    starts_on = day_field(_("From this day on"), help_text=_("Until the next rotation of this duty begins."))
    every = forms.ChoiceField(label=_("The next person takes over"), choices=EVERY)
    offsets = forms.CharField(
        label=_("Distance of each level in the list"),
        required=False,
        max_length=40,
        help_text=_("0 1 2: the backup is the next in the list, the second backup the one after."),
    )

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        for person in people:
            self.fields[f"place_{person.login}"] = forms.IntegerField(
                label=person.name, required=False, min_value=1, max_value=99
            )

    def places(self) -> list[forms.BoundField]:
        return [self[f"place_{person.login}"] for person in self.people]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        taken = [(data.get(f"place_{person.login}"), person) for person in self.people]
        order = sorted(((place, person) for place, person in taken if place), key=lambda pair: pair[0])
        if len({place for place, _person in order}) < len(order):
            raise forms.ValidationError(_("Two people have the same place in the list."))
        if not order:
            raise forms.ValidationError(_("Give at least one person a place in the list."))
        words = str(data.get("offsets") or "").replace(",", " ").split()
        if not all(word.isascii() and word.isdigit() for word in words):
            self.add_error("offsets", _("Write whole numbers, like 0 1 2."))
            words = []
        return {**data, "order": [person for _place, person in order], "steps": [int(w) for w in words]}


class QualificationForm(forms.Form):
    person = forms.ChoiceField(label=_("Person"))
    since = day_field(_("Qualified from"))
    until = day_field(_("until (out)"), required=False, help_text=_("Empty: until further notice."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "—"), *((one.login, one.name) for one in staff())]  # type: ignore[attr-defined] # a choice field


class AbsenceForm(forms.Form):
    person = forms.ChoiceField(label=_("Person"))
    first = day_field(_("First day away"))
    last = day_field(_("Last day away"), help_text=_("This day is away too."))
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=120,
        help_text=_("Leads read it; why is yours to write or not."),
    )

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [(one.login, one.name) for one in people]  # type: ignore[attr-defined] # a choice field
        if len(people) == 1:
            self.fields["person"].widget = forms.HiddenInput()
            self.fields["person"].initial = people[0].login


class CalendarForm(forms.Form):
    address = forms.CharField(
        label=_("Address of the calendar"),
        max_length=500,
        help_text=_("https://…/absences.ics; each of its events is an absence."),
    )
    only = forms.CharField(
        label=_("Only events whose title holds"),
        required=False,
        max_length=60,
        help_text=_("A word, like “congé”. Empty: every event counts."),
    )


class OfferForm(forms.Form):
    """To whom a shift is offered, and for what."""

    to = forms.ChoiceField(label=_("To"), required=False)
    in_return = forms.ChoiceField(
        label=_("For their shift"), required=False, help_text=_("Empty: they take yours and you take none.")
    )
    why = forms.CharField(label=_("Why"), required=False, max_length=300)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, shift: Shift, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [one for one in queries.candidates(shift.duty) if one != shift.person]
        others = queries.others_shifts(shift.duty, shift.person, now).filter(starts_at__lt=now + RETURN_AHEAD)
        self.fields["to"].choices = [  # type: ignore[attr-defined] # a choice field
            ("", _("whoever can")),
            *((one.login, one.name) for one in people),
        ]
        self.fields["in_return"].choices = [  # type: ignore[attr-defined] # same
            ("", "—"),
            *((str(row.pk), f"{row.person.name}: {when(row.starts_at, row.ends_at)}") for row in others),
        ]


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Answer"), required=False, max_length=300)


def shape_initial(duty: Duty) -> dict[str, Any]:
    """What the form about a duty's pattern begins with."""
    names = [*ShapeForm.base_fields]
    values = {name: getattr(duty, name) for name in names}
    return values | {"handovers": " ".join(duty.handovers)}


def language() -> str:
    return get_language() or "fr"
