"""The forms of an outage. Rules are the verbs' business: a form only reads what was typed."""

import uuid
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.notices.rules import PARAGRAPH_LIMIT, DataLost, Effect
from vigie.outages.actions.recover import REVIEW_LIMIT
from vigie.outages.models import EFFECT_LABELS, Affected, Outage
from vigie.outages.rules import RoleName
from vigie.people.models import Person
from vigie.people.queries import members
from vigie.people.rules import GroupKind
from vigie.services.queries import catalogue
from vigie.web.fields import MomentField

EFFECTS = [(effect.value, EFFECT_LABELS[effect]) for effect in Effect]
WHEN = _("Like 14:30, 2026-11-22 14:30, -20min or +1h.")
WHY_LIMIT = 500


def fresh_key() -> str:
    """Names one intention of one person: the same form sent twice carries the same key."""
    return str(uuid.uuid4())


def service_choices() -> list[tuple[str, str]]:
    language = get_language() or "fr"
    return [(service.code, service.name(language)) for service in catalogue()]


def line_choices(lines: list[Affected]) -> list[tuple[str, str]]:
    language = get_language() or "fr"
    return [(line.service.code, line.service.name(language)) for line in lines]


class StepForm(forms.Form):
    """A form about one outage."""

    def __init__(self, *args: Any, outage: Outage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outage = outage
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on the outage."""


class Prefilled(MomentField):
    """A time that the form proposes: wiped out, the verb's default counts, so it is never an error."""

    def validate(self, value: Any) -> None:
        """Nothing typed is an answer."""


class DeclareForm(forms.Form):
    """Four inputs and no more: which services, how bad, since when, next update by. The rest is folded away."""

    services = forms.MultipleChoiceField(
        label=_("What is down?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one service."),
            "invalid_choice": _("“%(value)s” is not in the catalogue."),
        },
    )
    effect = forms.ChoiceField(
        label=_("What do users notice?"), widget=forms.RadioSelect, choices=EFFECTS, initial=Effect.DOWN.value
    )
    starts_at = Prefilled(label=_("Since when?"), help_text=WHEN)
    next_update_by = Prefilled(
        label=_("Next update by"), help_text=_("Readers see this time. The plan proposes it.")
    )
    words_fr = forms.CharField(
        label=_("In French"),
        required=False,
        max_length=PARAGRAPH_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "fr"}),
    )
    words_en = forms.CharField(
        label=_("In English"),
        required=False,
        max_length=PARAGRAPH_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
    )
    key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    alarm = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["services"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = service_choices()

    @property
    def has_words(self) -> bool:
        """Whether the folded part must stand open: it holds text, or an error."""
        names = ("words_fr", "words_en")
        return any(self[name].value() or self[name].errors for name in names)


class FactForm(forms.Form):
    """One line of the log. The verb judges its length, so that the message is the same at every door."""

    text = forms.CharField(required=False, strip=False)
    key = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)


class EndForm(StepForm):
    data_lost = forms.ChoiceField(
        label=_("Was data lost?"),
        widget=forms.RadioSelect,
        choices=[
            (DataLost.NO.value, _("No")),
            (DataLost.YES.value, _("Yes")),
            (DataLost.UNKNOWN.value, _("Not known yet")),
        ],
        error_messages={"required": _("Say whether data was lost.")},
    )
    at = MomentField(
        label=_("Over since"),
        required=False,
        later=True,
        help_text=_("Empty: since the last service came back, or now."),
    )


class FalseAlarmForm(StepForm):
    why = forms.CharField(
        label=_("Why was it a false alarm?"),
        max_length=WHY_LIMIT,
        error_messages={"required": _("Say why it was a false alarm.")},
    )


class ReopenForm(StepForm):
    services = forms.MultipleChoiceField(
        label=_("Which services are hit again?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one service.")},
    )
    why = forms.CharField(
        label=_("Why is it not over?"),
        max_length=WHY_LIMIT,
        error_messages={"required": _("Say why it is reopened.")},
    )

    def prepare(self) -> None:
        choices = self.fields["services"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = line_choices(list(self.outage.affected.select_related("service")))


class DataForm(StepForm):
    data_lost = forms.ChoiceField(
        label=_("Was data lost?"),
        widget=forms.RadioSelect,
        choices=[(DataLost.NO.value, _("No")), (DataLost.YES.value, _("Yes"))],
        error_messages={"required": _("Say whether data was lost: yes or no.")},
    )


class PromiseForm(StepForm):
    next_update_by = MomentField(label=_("Next update by"), help_text=WHEN)


class ChangeForm(StepForm):
    """What users notice of one service, and when it is expected back."""

    effect = forms.ChoiceField(label=_("What do users notice?"), widget=forms.RadioSelect, choices=EFFECTS)
    expected_end = MomentField(label=_("Expected back"), required=False, later=True, help_text=WHEN)


class RestoreForm(StepForm):
    at = Prefilled(label=_("Working again since"), later=True, help_text=WHEN)


class AddForm(StepForm):
    service = forms.ChoiceField(label=_("Service"), widget=forms.RadioSelect)
    effect = forms.ChoiceField(
        label=_("What do users notice?"), widget=forms.RadioSelect, choices=EFFECTS, initial=Effect.DOWN.value
    )
    starts_at = Prefilled(label=_("Since when?"), help_text=WHEN)

    def prepare(self) -> None:
        there = {line.service.code for line in self.outage.affected.select_related("service")}
        choices = self.fields["service"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [choice for choice in service_choices() if choice[0] not in there]


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # not subscriptable at run time
    def label_from_instance(self, obj: Person) -> str:
        return f"{obj.name} · {obj.phone}" if obj.phone else obj.name


class HandOverForm(StepForm):
    """Both roles at once: each keeps its holder unless another name is chosen."""

    contact = PersonChoice(label=_("Operations contact"), queryset=Person.objects.none(), empty_label=None)
    follower = PersonChoice(label=_("Follower (Support)"), queryset=Person.objects.none(), empty_label=None)
    why = forms.CharField(label=_("Why"), required=False, max_length=WHY_LIMIT)

    def prepare(self) -> None:
        for name, kind in ((RoleName.CONTACT, GroupKind.OPERATIONS), (RoleName.FOLLOWER, GroupKind.SUPPORT)):
            field = self.fields[name]
            assert isinstance(field, PersonChoice)
            holder = getattr(self.outage, f"{name}_id")
            field.queryset = Person.objects.filter(Q(pk__in=members([kind])) | Q(pk=holder))
            field.initial = holder


BOTH = {"required": _("The report needs both languages.")}


class ReviewForm(StepForm):
    text_fr = forms.CharField(
        label="Français",
        max_length=REVIEW_LIMIT,
        error_messages=BOTH,
        widget=forms.Textarea(attrs={"rows": 10, "lang": "fr"}),
    )
    text_en = forms.CharField(
        label="English",
        max_length=REVIEW_LIMIT,
        error_messages=BOTH,
        widget=forms.Textarea(attrs={"rows": 10, "lang": "en"}),
    )
