"""The forms about the rota; rules are the verbs' business."""

from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vigie.duty.queries import duties
from vigie.duty.rules import HIGHEST_LEVEL
from vigie.people.queries import staff
from vigie.web.fields import MomentField

WHEN = _("Like 2026-11-23 08:00, in the centre’s time.")


class ShiftForm(forms.Form):
    duty = forms.ChoiceField(label=pgettext_lazy("one duty", "Duty"))
    person = forms.ChoiceField(label=_("Person"))
    level = forms.IntegerField(
        label=_("Level"),
        min_value=1,
        max_value=HIGHEST_LEVEL,
        initial=1,
        help_text=_("1 is the primary, 2 the backup."),
    )
    starts_at = MomentField(label=_("From"), help_text=WHEN)
    ends_at = MomentField(label=_("Until"), help_text=WHEN, later=True)
    instead = forms.BooleanField(
        label=_("Instead of whoever holds it then"),
        required=False,
        help_text=_("What a rotation made ahead gives way in any case."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        self.fields["duty"].choices = [(duty.code, duty.name(language)) for duty in duties()]  # type: ignore[attr-defined] # a choice field
        self.fields["person"].choices = [("", "—"), *((one.login, one.name) for one in staff())]  # type: ignore[attr-defined] # same


class DutyForm(forms.Form):
    code = forms.SlugField(
        label=_("Code"),
        max_length=50,
        help_text=_(
            "Short, without spaces; “production” and “support” choose contact and follower of an outage."
        ),
    )
    name_fr = forms.CharField(label=_("Name in French"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    phone = forms.CharField(
        label=_("Phone of the duty"),
        max_length=40,
        required=False,
        help_text=_("If one number rings whoever holds it."),
    )
    rank = forms.IntegerField(label=_("Place in lists"), min_value=0, max_value=9999, initial=100)
