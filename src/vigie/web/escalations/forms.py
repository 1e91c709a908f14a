"""The forms about calls; rules are the verbs' business."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.duty import queries as duty
from vigie.duty.escalation.models import URGENCY_LABELS, CallingPolicy
from vigie.duty.escalation.queries import pagers
from vigie.duty.escalation.rules import MOST_ROUNDS, Urgency

NUMBERS = ("patience", "backup_after", "lead_after", "again_after", "rounds", "grace")
HOURS = ("quiet_from", "quiet_until")
WEEK = 7 * 24 * 60


class CallForm(forms.Form):
    """Whom to call, and for what. `key` makes a second click the same call."""

    duty = forms.ChoiceField(label=_("Whom"))
    what = forms.CharField(
        label=_("What is to be done"), max_length=200, help_text=_("One line; it stands in the call.")
    )
    urgency = forms.ChoiceField(label=_("How urgent"), choices=[], initial=Urgency.HIGH)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40, initial=lambda: uuid4().hex)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        self.fields["duty"].choices = [(row.code, row.name(language)) for row in duty.duties()]  # type: ignore[attr-defined] # a choice field
        self.fields["urgency"].choices = list(URGENCY_LABELS.items())  # type: ignore[attr-defined] # same


class PagerForm(forms.Form):
    target = forms.ChoiceField(
        label=_("Beside mail, call me by"),
        required=False,
        help_text=_('An administrator adds targets to the configuration, with use = "calls".'),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(one.name, one.name) for one in pagers()]
        self.fields["target"].choices = [("", _("mail only")), *names]  # type: ignore[attr-defined] # a choice field


class PolicyForm(forms.Form):
    """How a duty is called: the numbers of its policy, in the words of the model."""

    def __init__(self, data: Any, *, policy: CallingPolicy) -> None:
        super().__init__(
            data, initial={name: getattr(policy, name) for name in (*NUMBERS, *HOURS, "hands_over")}
        )
        for name in NUMBERS:
            most = MOST_ROUNDS if name == "rounds" else WEEK
            self.fields[name] = forms.IntegerField(label=_label(name), min_value=1, max_value=most)
        for name in HOURS:
            widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            self.fields[name] = forms.TimeField(label=_label(name), required=False, widget=widget)
        self.fields["hands_over"] = forms.BooleanField(label=_label("hands_over"), required=False)


def _label(name: str) -> Any:
    field = CallingPolicy._meta.get_field(name)  # noqa: SLF001 # Django's documented model metadata
    return field.verbose_name if isinstance(field, models.Field) else name
