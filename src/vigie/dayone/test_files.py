"""Files as people have them: what is understood, and that a bad line never spoils a good one."""

from datetime import UTC, datetime

import pytest

from vigie.dayone.difference import compare
from vigie.dayone.kinds import KINDS, kind_of
from vigie.dayone.table import LARGEST_FILE, Table, read
from vigie.kernel.errors import BadInput

PEOPLE = KINDS["people"]
SHIFTS = KINDS["shifts"]
GOOD = "production,amina,1,2026-11-23 08:00,2026-11-23 20:00"


def reasons(table: Table) -> dict[int, str]:
    return {line.number: line.reason for line in table.bad}


def people(source: bytes | str, *, toml: bool = False) -> Table:
    return read(source, PEOPLE, toml=toml)


@pytest.mark.parametrize(
    "source",
    [
        "login,name,email\nnina,Nina Côté,nina@centre.test\n",
        "\ufefflogin;name;email\r\nnina;Nina Côté;nina@centre.test",
        "login;name;email\nnina;Nina Côté;nina@centre.test".encode("utf-8-sig"),
        "login\tnom\tcourriel\nnina\tNina Côté\tnina@centre.test".encode("utf-16"),
        '# staff\n\nIdentifiant ; Nom ; Mail\n nina ; "Nina Côté"; nina@centre.test',
    ],
)
def test_the_same_person_in_many_spellings(source):
    [row] = people(source).rows
    assert dict(row.cells) == {"login": "nina", "name": "Nina Côté", "email": "nina@centre.test"}


def test_toml_entries_know_their_lines_and_other_tables_are_left_alone():
    source = '# centre\n[[groups]]\ncode = "ops"\n\n[[people]]\nlogin = "nina"\nname = "Nina"\n\n[[people]]\nlogin = "otto"\n'
    assert [(row.number, row.cells["login"]) for row in people(source, toml=True).rows] == [
        (5, "nina"),
        (9, "otto"),
    ]


def test_latin1_is_named_with_how_the_line_would_read():
    source = "login,name\nrené,x\nnina,Nina\n".encode("latin-1").replace(b"x", b"Ren\xe9 Ch\xe2teau")
    table = people(source)
    assert [row.cells["login"] for row in table.rows] == ["nina"]
    assert "Latin-1" in reasons(table)[2]
    assert "René Château" in reasons(table)[2]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ('"Nina\nCôté"', "name: holds a line end"),
        ("Nina\x00Côté", "name: holds a control character"),
        ('"Nina', "a quotation mark is opened and never closed"),
        ("Nina,,,", None),
        ("Nina,a,b", "has 4 cells, the header 2"),
    ],
)
@pytest.mark.django_db
def test_a_bad_line_is_kept_aside_with_number_and_reason(cell, why):
    found = compare(PEOPLE, people(f"login,name\nnina,{cell}\notto,Otto | Bär\n"))
    assert [step.values["login"] for step in found.steps][-1] == "otto"
    assert {line.number: line.reason for line in found.bad} == ({2: why} if why else {})


@pytest.mark.parametrize(
    ("source", "toml", "code"),
    [
        ("nina,Nina\n", False, "import.no_header"),
        ("name,email\nNina,n@x.test\n", False, "import.column_missing"),
        ("login,name,nom\nnina,Nina,N\n", False, "import.column_twice"),
        ("login = \n", True, "import.not_toml"),
        ("[[groups]]\ncode = 'ops'\n", True, "import.no_entries"),
        ("people = 3\n", True, "import.no_entries"),
        (b"[[people]]\nname = '\xe9'\n", True, "import.not_utf8"),
        ("x" * (LARGEST_FILE + 1), False, "import.too_large"),
    ],
)
def test_a_file_that_can_not_be_read_at_all_says_why(source, toml, code):
    with pytest.raises(BadInput) as refused:
        people(source, toml=toml)
    assert refused.value.code == code


def test_columns_that_mean_nothing_are_told():
    assert people("login,name,office\nnina,Nina,12\n").unread == ["office"]


def test_an_empty_file_says_nothing():
    assert people("\n\n") == Table([], [], ())


@pytest.mark.parametrize(
    "source",
    [
        GOOD,
        f"duty,person,level,start,end\r\n{GOOD}\r\n",
        "fin;début;personne;permanence\n2026-11-23 20:00;2026-11-23 08:00;amina;production",
        "# the week\n\n production , amina,,23/11/2026 8h,2026-11-23T20:00:00+01:00 ",
    ],
)
@pytest.mark.django_db
def test_shifts_need_no_header_and_take_times_as_people_write_them(source):
    [step] = compare(SHIFTS, read(source, SHIFTS, toml=False)).steps
    assert step.values == {
        "duty": "production",
        "person": "amina",
        "level": 1,
        "start": datetime(2026, 11, 23, 7, tzinfo=UTC),
        "end": datetime(2026, 11, 23, 19, tzinfo=UTC),
    }


@pytest.mark.django_db
def test_the_hour_that_repeats_leaves_no_hole():
    source = "production,amina,1,2026-10-25 02:30,2026-10-25 08:00\nproduction,bruno,1,2026-10-24 20:00,2026-10-25 02:30"
    first, second = (step.values for step in compare(SHIFTS, read(source, SHIFTS, toml=False)).steps)
    assert second["end"] > first["start"]


def test_an_unknown_kind_lists_those_there_are():
    with pytest.raises(BadInput, match="people"):
        kind_of("pepole")
