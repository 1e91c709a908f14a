"""What the composer's form carries: free words per section and language, own flashes, the promise, and what was seen."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vigie.lib.fittext import dropped, fit
from vigie.notices.rules import FREE_SECTIONS, LANGUAGES
from vigie.notices.texts import SECTION_NAMES
from vigie.notices.texts.parts import STAND_INS
from vigie.web.fields import MomentField

NATIVE = {"fr": "Français", "en": "English"}  # each language in its own words, whoever reads


class FreeText(forms.CharField):
    """Text as people paste it, made fit to be stored and shown; remembers how many characters that took out."""

    taken_out = 0

    def to_python(self, value: object) -> str:
        text = str(value or "")
        self.taken_out = dropped(text)
        return fit(text)


class ComposerForm(forms.Form):
    """`seen`, `facts` and `promise` are what the page showed, so that nobody overwrites or approves what they have
    not read.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    facts = forms.CharField(widget=forms.HiddenInput, required=False)
    promise = forms.CharField(widget=forms.HiddenInput, required=False)
    next_update_by = MomentField(label=_("Next update by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in LANGUAGES:
            for section in FREE_SECTIONS:
                self.fields[f"{language}-{section}"] = self._free(language, section, rows=2)
            self.fields[f"{language}-flash"] = self._free(language, "flash", rows=3)
        self.fields["next_update_by"].widget.attrs |= {"autocomplete": "off", "size": 18}

    @staticmethod
    def _free(language: str, section: str, *, rows: int) -> FreeText:
        hint = _("instead of the sentence above") if section in (*STAND_INS, "flash") else _("add, if needed")
        attrs = {"rows": rows, "lang": language, "spellcheck": "true", "placeholder": hint}
        return FreeText(
            required=False,
            label=_("%(section)s (%(language)s)")
            % {"section": SECTION_NAMES[section], "language": NATIVE[language]},
            widget=forms.Textarea(attrs=attrs),
        )

    def text(self, name: str) -> str:
        """What was typed, also where the form as a whole is refused."""
        if not self.is_bound:
            return str(self.initial.get(name, ""))
        cleaned = getattr(self, "cleaned_data", {})
        return str(cleaned.get(name, "")) if name in cleaned else fit(str(self.data.get(name, "")))

    def paragraphs(self) -> dict[str, dict[str, str]]:
        return {
            language: {
                section: text for section in FREE_SECTIONS if (text := self.text(f"{language}-{section}"))
            }
            for language in LANGUAGES
        }

    def flashes(self) -> dict[str, str]:
        return {language: " ".join(self.text(f"{language}-flash").split()) for language in LANGUAGES}

    @property
    def taken_out(self) -> int:
        return sum(field.taken_out for field in self.fields.values() if isinstance(field, FreeText))

    @property
    def promised(self) -> datetime | None:
        """The promised time if the writer changed it; None if it is what the page showed, or no time at all."""
        promised: datetime | None = getattr(self, "cleaned_data", {}).get("next_update_by")
        if promised is None or moment_text(promised) == self.data.get("promise", ""):
            return None
        return promised

    @property
    def only_proposed(self) -> bool:
        """Whether the time is the page's own proposal: a saved draft promises nothing that readers have not seen."""
        return self.promised is not None and moment_text(self.promised) == self.data.get("proposed", "")

    def show_promise(self, stands: datetime | None) -> None:
        """Where the writer left the time alone, the page shows the one that stands now."""
        if self.is_bound and self.promised is None and "next_update_by" not in self.errors:
            text = moment_text(stands)
            self.data = {
                **{name: self.data.get(name) for name in self.data},
                "next_update_by": text,
                "promise": text,
            }


def moment_text(t: datetime | None) -> str:
    """A time as the form's field shows it; "" for none."""
    return str(MomentField().prepare_value(t) or "") if t else ""
