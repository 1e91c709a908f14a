"""The form of a plan: services with an effect, one window for all, and, folded away, other windows per service."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.outages.actions import Window
from vigie.outages.models import MaintenanceTemplate
from vigie.outages.queries import templates
from vigie.people.models import Person
from vigie.people.queries import members
from vigie.people.rules import GroupKind
from vigie.web.fields import MomentField
from vigie.web.outages.forms import EFFECTS, PersonChoice, service_choices
from vigie.web.planning.forms import WHEN

OWN = ("effect", "starts_at", "ends_at")  # what one service may have of its own


class PlanForm(forms.Form):
    """What is planned. `own` are the fields of each service: empty ones take what is said for all."""

    services = forms.MultipleChoiceField(
        label=_("What is concerned?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one service."),
            "invalid_choice": _("“%(value)s” is not in the catalogue."),
        },
    )
    effect = forms.ChoiceField(
        label=_("What will users notice?"), widget=forms.RadioSelect, choices=EFFECTS, initial="down"
    )
    starts_at = MomentField(
        label=_("Start"), help_text=WHEN, error_messages={"required": _("Say when it starts.")}
    )
    ends_at = MomentField(
        label=_("End"),
        later=True,
        help_text=_("The same way, with its day."),
        error_messages={"required": _("Say when it ends.")},
    )
    title_fr = forms.CharField(
        label=_("Title in French"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"lang": "fr"}),
    )
    title_en = forms.CharField(
        label=_("Title in English"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"lang": "en"}),
    )
    contact = PersonChoice(
        label=_("Operations contact"),
        queryset=Person.objects.none(),
        empty_label=_("choose…"),
        error_messages={"required": _("Choose who of Operations collects the facts.")},
    )
    asked_follower = PersonChoice(
        label=_("Who of Support is asked to follow it?"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("nobody yet"),
    )
    template = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    key = forms.CharField(max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["services"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = service_choices()
        for name, kind in (("contact", GroupKind.OPERATIONS), ("asked_follower", GroupKind.SUPPORT)):
            field = self.fields[name]
            assert isinstance(field, PersonChoice)
            field.queryset = members([kind])
        self.codes = [(str(code), str(name)) for code, name in service_choices()]
        for code, name in self.codes:
            self._own_fields(code, name)

    def _own_fields(self, code: str, name: str) -> None:
        self.fields[f"{code}-effect"] = forms.ChoiceField(
            label=_("Effect on %(name)s") % {"name": name},
            choices=[("", _("as above")), *EFFECTS],
            required=False,
        )
        self.fields[f"{code}-starts_at"] = MomentField(
            label=_("Start for %(name)s") % {"name": name}, required=False
        )
        self.fields[f"{code}-ends_at"] = MomentField(
            label=_("End for %(name)s") % {"name": name}, required=False, later=True
        )

    @property
    def own(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Each service's name with its own three fields."""
        return [(name, [self[f"{code}-{part}"] for part in OWN]) for code, name in self.codes]

    @property
    def has_own(self) -> bool:
        """Whether the folded table must stand open: it holds something, or an error."""
        return any(field.value() or field.errors for _name, fields in self.own for field in fields)

    @property
    def has_titles(self) -> bool:
        return any(self[name].value() or self[name].errors for name in ("title_fr", "title_en"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end is before the start."))
        return data

    def windows(self) -> dict[str, Window]:
        """{code: window} of what was typed; {} while services, start or end are not there yet."""
        data = self.cleaned_data
        if not (data.get("services") and data.get("starts_at") and data.get("ends_at")):
            return {}
        return {
            code: Window(
                data.get(f"{code}-effect") or data.get("effect") or "down",
                data.get(f"{code}-starts_at") or data["starts_at"],
                data.get(f"{code}-ends_at") or data["ends_at"],
            )
            for code in data["services"]
        }


def template_choices() -> list[tuple[str, str]]:
    """Templates that a plan may begin with, in the reader's language."""
    return [(row.code, title_of(row)) for row in templates()]


def title_of(row: MaintenanceTemplate) -> str:
    return row.title_fr if (get_language() or "fr").startswith("fr") else row.title_en
