"""What somebody sends: a kind, and a file or the lines themselves."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vigie.dayone.kinds import KINDS
from vigie.dayone.table import LARGEST_FILE


class SendForm(forms.Form):
    """A file, or the same text pasted; the text wins, because it was seen."""

    kind = forms.ChoiceField(label=_("What it holds"))
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV as a spreadsheet saves it, or TOML."),
        max_length=200,
    )
    text = forms.CharField(
        label=_("or the lines themselves"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono"}),
    )

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(name, KINDS[name].title) for name in kinds]  # type: ignore[attr-defined] # a choice field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("file") and not str(data.get("text") or "").strip() and "file" not in self.errors:
            raise forms.ValidationError(_("Choose a file, or paste some lines."))
        return data

    def source(self) -> tuple[str, bytes]:
        """Its name and content, one byte more than may be at most."""
        text = str(self.cleaned_data.get("text") or "")
        if text.strip():
            return "", text.encode("utf-8", "replace")
        file = self.cleaned_data["file"]
        return str(file.name), file.read(LARGEST_FILE + 1)


class WhomForm(forms.Form):
    """Whose data is asked for."""

    who = forms.CharField(
        label=_("Login or mail address"),
        max_length=254,
        help_text=_(
            "Somebody of the desk by their login, anybody by a mail address: a contact, the owner of a farm account, a subscriber."
        ),
    )


class ForgetForm(forms.Form):
    """What can't be undone is asked for by typing whom it is about."""

    again = forms.CharField(max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["again"].label = gettext("Type “%(text)s” to confirm") % {"text": expected}

    def clean_again(self) -> str:
        typed = str(self.cleaned_data["again"]).strip()
        if typed.lower() != self.expected.lower():
            raise forms.ValidationError(_("That is not what is asked for: nothing was forgotten."))
        return typed
