"""What users typed can't command a spreadsheet."""

from datetime import UTC, datetime

import pytest

from vigie.lib.sheet import cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff201"]
)
def test_a_formula_becomes_text(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_also_behind_a_semicolon_that_a_french_spreadsheet_splits_at() -> None:
    assert cell("job; =1+1") == "job; '=1+1"


def test_numbers_times_and_phones_stay_what_they_are() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert [cell(one) for one in (-1, -0.5, "+33 4 78", None, True, at, ["n1", "n2"], "plain")] == [
        "-1",
        "-0.5",
        "+33 4 78",
        "",
        "True",
        "2026-11-22T00:00:00+00:00",
        "n1 n2",
        "plain",
    ]
    assert cell(["=1", "n2"]) == "'=1 n2"
