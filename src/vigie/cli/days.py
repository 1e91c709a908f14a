"""Days as people type them."""

from datetime import date

from vigie.cli.errors import Wrong
from vigie.cli.words import gettext as _


def day(text: str, option: str) -> date:
    """A day typed after `option` as 2027-07-01; Wrong says what could be typed instead."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Wrong(
            _("%(option)s: “%(text)s” is not a day.") % {"option": option, "text": text[:40]},
            hint=_("Write 2027-07-01."),
        ) from None


def maybe_day(text: str, option: str) -> date | None:
    """As `day`; nothing typed is None."""
    return day(text, option) if text.strip() else None
