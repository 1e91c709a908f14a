"""Form fields of our own."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from vigie.kernel import clock
from vigie.lib.localtime import parse


class MomentField(forms.CharField):
    """A time as people type it (14:30, 2026-11-22 14:30, +45min), in the centre's zone; cleans to aware UTC.

    `later` chooses the second of two equal wall-clock times in the night when clocks go back: for ends.
    """

    def __init__(self, *, later: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.later = later

    def to_python(self, value: object) -> Any:
        text = str(super().to_python(value) or "").strip()
        if not text:
            return None
        try:
            return parse(text, now=clock.now(), zone=ZoneInfo(settings.TIME_ZONE), later=self.later)
        except (ValueError, OverflowError):
            raise forms.ValidationError(
                _("“%(text)s” is not a time. Write 14:30, 2026-11-22 14:30 or +45min."),
                code="moment",
                params={"text": text[:40]},
            ) from None

    def run_validators(self, value: Any) -> None:
        """The length was a matter of the text; what it became has none."""
        if not isinstance(value, datetime):
            super().run_validators(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d %H:%M")
        return value
