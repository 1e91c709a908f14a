"""Forms about one planned outage. Rules are the verbs' business: a form only reads what was typed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from vigie.outages.models import Affected
from vigie.people.models import Person
from vigie.people.queries import members
from vigie.people.rules import GroupKind
from vigie.web.fields import MomentField
from vigie.web.outages.forms import (
    EFFECTS,
    WHY_LIMIT,
    PersonChoice,
    Prefilled,
    StepForm,
    line_choices,
    service_choices,
)

WHEN = _("Like 2026-12-08 08:00, in the centre’s time.")


class MoveForm(StepForm):
    starts_at = MomentField(label=_("New start"), help_text=WHEN)
    why = forms.CharField(
        label=_("Why"), max_length=WHY_LIMIT, error_messages={"required": _("Say why it is moved.")}
    )


class CancelForm(StepForm):
    why = forms.CharField(label=_("Why"), max_length=WHY_LIMIT, required=False)  # the verb asks for it

    def prepare(self) -> None:
        self.fields["why"].widget.attrs["required"] = True


class StartForm(StepForm):
    at = Prefilled(label=_("It began at"), help_text=_("Like 08:04 or -10min."))


class DeclineForm(StepForm):
    why = forms.CharField(label=_("Why"), max_length=WHY_LIMIT, required=False)


class AskForm(StepForm):
    person = PersonChoice(
        label=_("Who of Support?"),
        queryset=Person.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose somebody of Support.")},
    )

    def prepare(self) -> None:
        field = self.fields["person"]
        assert isinstance(field, PersonChoice)
        field.queryset = members([GroupKind.SUPPORT]).exclude(pk=self.outage.asked_follower_id or 0)


class ExtendForm(StepForm):
    expected_end = MomentField(label=_("New end"), later=True, help_text=WHEN)


class WindowForm(StepForm):
    """Effect and window of one service."""

    effect = forms.ChoiceField(label=_("What do users notice?"), widget=forms.RadioSelect, choices=EFFECTS)
    starts_at = MomentField(label=_("Start"), help_text=WHEN)
    ends_at = MomentField(label=_("End"), later=True, help_text=WHEN)


class AddWindowForm(StepForm):
    """One more service."""

    service = forms.ChoiceField(
        label=_("Service"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a service.")},
    )
    effect = forms.ChoiceField(
        label=_("What do users notice?"), widget=forms.RadioSelect, choices=EFFECTS, initial="down"
    )
    starts_at = MomentField(label=_("Start"), help_text=WHEN)
    ends_at = MomentField(label=_("End"), later=True, help_text=WHEN)

    def prepare(self) -> None:
        there = {line.service.code for line in lines_of(self)}
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [choice for choice in service_choices() if choice[0] not in there]


class NothingForm(StepForm):
    """A step that only asks for a yes."""


class WorkForm(StepForm):
    """One work within the outage."""

    number = 0  # of the work that is edited: it can't wait for itself

    what = forms.CharField(
        label=_("What is done"), max_length=300, error_messages={"required": _("Say what is done.")}
    )
    who = forms.CharField(label=_("By whom"), max_length=120, required=False)
    starts_at = MomentField(label=_("Start"), help_text=WHEN)
    ends_at = MomentField(label=_("End"), later=True)
    services = forms.MultipleChoiceField(
        label=_("On which services"), widget=forms.CheckboxSelectMultiple, required=False
    )
    after = forms.TypedMultipleChoiceField(
        label=_("Only after"), widget=forms.CheckboxSelectMultiple, required=False, coerce=int
    )

    def prepare(self) -> None:
        services, after = self.fields["services"], self.fields["after"]
        assert isinstance(services, forms.MultipleChoiceField)
        assert isinstance(after, forms.TypedMultipleChoiceField)
        services.choices = line_choices(lines_of(self))
        others = self.outage.interventions.exclude(number=self.number)
        after.choices = [(row.number, str(row)) for row in others]
        if not after.choices:
            del self.fields["after"]


def edit_form(number: int) -> type[WorkForm]:
    """The form of the work that has this number."""
    return type("EditWorkForm", (WorkForm,), {"number": number})


def lines_of(form: StepForm) -> list[Affected]:
    return list(form.outage.affected.select_related("service"))
