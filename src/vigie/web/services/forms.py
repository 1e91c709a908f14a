"""The form of a line of the catalogue."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.services.models import Service
from vigie.services.queries import catalogue


class ServiceForm(forms.Form):
    code = forms.SlugField(
        label=_("Code"), max_length=50, help_text=_("Short, without spaces; it can’t be changed later.")
    )
    name_fr = forms.CharField(label=_("Name in French"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    plain_fr = forms.CharField(
        label=_("In plain French"),
        max_length=200,
        help_text=_("What it is for, as a user would say it; no product name."),
    )
    plain_en = forms.CharField(
        label=_("In plain English"),
        max_length=200,
        help_text=_("It stands in notices, between brackets after the name."),
    )
    needs = forms.MultipleChoiceField(
        label=_("Depends on"), required=False, widget=forms.CheckboxSelectMultiple
    )
    alarm_names = forms.CharField(
        label=_("Names in alarms"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One per line: host names or labels by which monitoring means this service."),
    )
    rank = forms.IntegerField(label=_("Place in lists"), min_value=0, max_value=9999, initial=100)

    def __init__(self, *args: Any, service: Service | None = None, **kwargs: Any) -> None:
        if service is not None:
            kwargs["initial"] = self.values_of(service)
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        others = catalogue().exclude(pk=service.pk) if service else catalogue()
        self.fields["needs"].choices = [(row.code, row.name(language)) for row in others]  # type: ignore[attr-defined] # a choice field
        self.fields["needs"].pick = True  # type: ignore[attr-defined] # read by the form's template
        if service is not None:
            del self.fields["code"]

    @staticmethod
    def values_of(service: Service) -> dict[str, Any]:
        return {
            "name_fr": service.name_fr,
            "name_en": service.name_en,
            "plain_fr": service.plain_fr,
            "plain_en": service.plain_en,
            "rank": service.rank,
            "needs": [row.needs.code for row in service.needs.select_related("needs")],
            "alarm_names": "\n".join(row.name for row in service.alarm_names.all()),
        }

    def fields_for_verb(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["alarm_names"] = data["alarm_names"].splitlines()
        return data


class RetireForm(forms.Form):
    """Nothing to type: the page says what follows."""
