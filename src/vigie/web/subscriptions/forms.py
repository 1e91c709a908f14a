"""What the public types to be told by mail."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.notices.subscriptions.queries import choices
from vigie.notices.subscriptions.rules import TopicKind

LANGUAGES = [("fr", "Français"), ("en", "English")]
GROUPS = {
    TopicKind.ALL: _("Everything"),
    TopicKind.SERVICE: _("Services"),
    TopicKind.EXPERIMENT: _("Experiments"),
}


MANY = 24  # longer groups begin folded


@dataclass(frozen=True)
class Box:
    """One thing to hear of."""

    value: str
    name: str
    checked: bool


@dataclass(frozen=True)
class Group:
    """Boxes of one kind, in one fold; `alone`: a single box that needs none."""

    label: str
    boxes: tuple[Box, ...]

    @property
    def alone(self) -> bool:
        return len(self.boxes) == 1

    @property
    def open(self) -> bool:
        return len(self.boxes) <= MANY or any(box.checked for box in self.boxes)


class AddressForm(forms.Form):
    """One's own address, for the link to one's subscriptions."""

    address = forms.CharField(
        label=_("Your mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "nom@exemple.fr"}),
    )


class SubscribeForm(AddressForm):
    """What to hear of, in which language, at which address."""

    topics = forms.MultipleChoiceField(
        label=_("What do you want to hear of?"), widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(
        label=_("Language of the mails"), choices=LANGUAGES, widget=forms.RadioSelect
    )
    field_order = ("topics", "language", "address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = (get_language() or "fr")[:2]
        self.fields["topics"].choices = [  # type: ignore[attr-defined] # a choice field
            (GROUPS[kind], rows) for kind, rows in choices(language) if rows
        ]
        self.fields["language"].initial = language
        self.fields["language"].pick = True  # type: ignore[attr-defined] # read by the form's template

    def groups(self) -> Iterator[Group]:
        """What can be chosen, kind by kind."""
        chosen = set(self["topics"].value() or ())
        for label, rows in self.fields["topics"].choices:  # type: ignore[attr-defined] # a choice field
            yield Group(str(label), tuple(Box(value, str(name), value in chosen) for value, name in rows))


class ManageForm(forms.Form):
    """Which subscriptions to keep."""

    keep = forms.MultipleChoiceField(
        label=_("You are told of"), required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(
        label=_("Language of the mails"), choices=LANGUAGES, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, rows: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = rows  # type: ignore[attr-defined] # a choice field
        self.fields["language"].pick = True  # type: ignore[attr-defined] # read by the form's template
