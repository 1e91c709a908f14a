"""The forms about experiments and their contacts."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.experiments.models import ROLE_LABELS, Experiment
from vigie.services.queries import catalogue


class ExperimentForm(forms.Form):
    code = forms.SlugField(
        label=_("Code"), max_length=50, help_text=_("Short, without spaces; it can’t be changed later.")
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    domain = forms.CharField(label=_("Field of science"), max_length=120, required=False)
    uses = forms.MultipleChoiceField(
        label=_("Uses"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Its contacts are told when one of these, or something these depend on, is in an outage."
        ),
    )

    def __init__(self, *args: Any, experiment: Experiment | None = None, **kwargs: Any) -> None:
        if experiment is not None:
            kwargs["initial"] = {
                "name": experiment.name,
                "domain": experiment.domain,
                "uses": [service.code for service in experiment.uses.all()],
            }
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        self.fields["uses"].choices = [(row.code, row.name(language)) for row in catalogue()]  # type: ignore[attr-defined] # a choice field
        self.fields["uses"].pick = True  # type: ignore[attr-defined] # read by the form's template
        if experiment is not None:
            del self.fields["code"]


class ContactForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    address = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        required=False,
        help_text=_("Empty if nobody knows it: it is then shown as missing, not forgotten."),
    )
    language = forms.ChoiceField(
        label=_("Language of their mails"),
        choices=[("fr", "Français"), ("en", "English")],
        widget=forms.RadioSelect,
        initial="fr",
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
        initial="computing",
        help_text=_("A mailing list gets one mail for all its members, and no link to unsubscribe."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].pick = True  # type: ignore[attr-defined] # read by the form's template


class SureForm(forms.Form):
    """Nothing to type: the page says what follows."""
