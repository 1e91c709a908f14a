"""Cells of a CSV file that no spreadsheet takes for a formula."""

import re
from datetime import datetime
from typing import Any

# Also in the wide forms of East Asian keyboards, which some spreadsheets take for the plain ones; and behind a
# semicolon, which a French spreadsheet takes for the end of a cell.
_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_AFTER_SEMICOLON = re.compile("(;\\s*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")


def cell(value: Any) -> str:
    """The text of a cell; what could be a formula gets an apostrophe. A phone number or a negative number is none."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        value = " ".join(map(str, value))
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    harmless = text[:1] in "+-" and text[1:].replace(" ", "").isdigit()
    text = _AFTER_SEMICOLON.sub(r"\1'", text)
    return f"'{text}" if _FORMULA.match(text) and not harmless else text
