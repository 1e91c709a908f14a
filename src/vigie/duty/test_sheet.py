"""A file of shifts: what is understood, and that a bad line never spoils a good one."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from vigie.duty.sheet import Sheet, read

PARIS = ZoneInfo("Europe/Paris")
GOOD = "production,amina,1,2026-11-23 08:00,2026-11-23 20:00"


def reasons(sheet: Sheet) -> dict[int, str]:
    return {line.number: line.reason for line in sheet.bad}


@pytest.mark.parametrize(
    "source",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        f"duty,person,level,start,end\r\n{GOOD}\r\n",
        "fin;début;personne;permanence\n2026-11-23 20:00;2026-11-23 08:00;amina;production",
        "# the week\n\n production , amina,,23/11/2026 8h,2026-11-23T20:00:00+01:00 ",
    ],
)
def test_the_same_shift_in_many_spellings(source: bytes | str):
    (line,) = read(source, PARIS).good
    assert (line.duty, line.person, line.level) == ("production", "amina", 1)
    assert line.starts_at == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert line.ends_at == datetime(2026, 11, 23, 19, tzinfo=UTC)


def test_bad_lines_are_kept_aside_with_number_and_reason():
    source = b"\n".join(
        [
            b"duty,person,level,start,end",
            GOOD.encode(),
            b"production,am\xe9lie,1,2026-11-24 08:00,2026-11-24 20:00",
            b"production,amina,1,2026-11-24 20:00,2026-11-24 08:00",
            b"production,amina,0,2026-11-24 08:00,2026-11-24 20:00",
            b"production,amina,1,tomorrow,2026-11-24 20:00",
            b"production,amina,1,08:00,20:00",
            b'production,"amina,1,2026-11-24 08:00,2026-11-24 20:00',
            b'production,"ami|na\nmartin",1,2026-11-25 08:00,2026-11-25 20:00',
            b"production",
            b"production,amina,1,2026-11-24 08:00,2026-99-24 20:00",
            b"pro\x00duction,amina,1,2026-11-24 08:00,2026-11-24 20:00",
            GOOD.replace("-23", "-26").encode(),
        ]
    )
    sheet = read(source, PARIS)
    assert [line.number for line in sheet.good] == [2, 9, 14]
    assert sheet.good[1].person == "ami|na\nmartin"  # nobody's login: the import will say so
    found = reasons(sheet)
    assert set(found) == {3, 4, 5, 6, 7, 8, 11, 12, 13}
    assert "UTF-8" in found[3]
    assert "before it starts" in found[4]
    assert "level" in found[5]
    assert "tomorrow" in found[6]
    assert "quotation mark" in found[8]
    assert sheet.bad[0].text.startswith("production,am�lie")


def test_a_header_without_a_needed_column_says_which():
    sheet = read("duty,person,start\nproduction,amina,2026-11-23 08:00", PARIS)
    assert "end" in reasons(sheet)[1]


def test_the_night_when_clocks_go_back_leaves_no_hole():
    lines = [
        "production,amina,1,2026-10-24 20:00,2026-10-25 02:30",
        "production,bruno,1,2026-10-25 02:30,2026-10-25 08:00",
    ]
    first, second = read("\n".join(lines), PARIS).good
    assert first.ends_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # the second 02:30
    assert second.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first


def test_a_time_that_does_not_exist_is_the_next_that_does():
    (line,) = read("production,amina,1,2027-03-28 02:30,2027-03-28 08:00", PARIS).good
    assert line.starts_at == datetime(2027, 3, 28, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "source", ["", "\n\n", b"\xff\xfe", b"\x00" * 50, '"' * 9999, "," * 9999, "\r" * 9999]
)
def test_noise_is_no_crash(source: bytes | str):
    assert not read(source, PARIS).good
