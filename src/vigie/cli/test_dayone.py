"""`vigie import` and `vigie export`, as the manual shows them."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from vigie.people.models import Person

PAGE = Path(__file__).resolve().parents[3] / "docs" / "manual" / "day-one.md"


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """(name, text) of the manual's code blocks in a language."""
    yield from re.findall(
        rf"^```{language} ?(\S*)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def commands(number: int) -> list[list[str]]:
    """The words of each command of the n-th shell block."""
    lines = list(blocks("sh"))[number][1].splitlines()
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.fixture
def files(tmp_path: Path) -> None:
    for name, text in [*blocks("csv"), *blocks("toml")]:
        if name:
            (tmp_path / name).write_text(text, "utf-8")


def test_the_manual_s_commands_bring_a_centre_in_and_carry_it_away(vigie, db, clock, files, tmp_path):
    (tmp_path / "password").write_text("quince-lantern-42", "utf-8")
    assert vigie("admin", "create", "ada", "--password-file", "password", user="ada").code == 0
    for words in commands(0):
        ran = vigie(*words)
        assert (ran.code, ran.err) == (0, ""), words
        last = ran.out
    assert "unchanged 4" in last
    assert Person.objects.get(login="odile").roles == {"operator", "lead"}
    for words in commands(1):
        ran = vigie(*words)
        assert (ran.code, ran.err) == (0, ""), words
    assert "new 0, changed 0, unchanged 5" in ran.out


def test_a_difference_for_the_eye_and_for_programs(vigie, cast, tmp_path):
    (tmp_path / "people.csv").write_text(
        "login,name,phone,office\namina,Amina M.,42 17,9\nnina,Nina,,\n!,x,,\n", "utf-8"
    )
    ran = vigie("import", "people", "people.csv", "--as", "ada")
    assert ran.code == 1
    assert "changes  amina  name: Amina Martin → Amina M." in ran.out
    assert "new  nina  name: Nina" in ran.out
    assert "Columns not read: office." in ran.out
    assert "Nothing is written yet" in ran.out
    assert "people.csv:4:" in ran.err
    [seen] = json.loads(vigie("import", "people", "people.csv", "--as", "ada", "--json").out)
    assert seen["changed"] == [
        {
            "line": 2,
            "key": {"login": "amina"},
            "changes": {"name": {"old": "Amina Martin", "new": "Amina M."}},
        }
    ]
    assert not Person.objects.filter(login="nina").exists()
    assert vigie("import", "people", "people.csv", "--as", "ada", "--yes").code == 1
    assert Person.objects.filter(login="nina").exists()


WRONG = [
    (2, "people, services", ("import", "pepole", "x.csv", "--as", "ada")),
    (2, "No such file", ("import", "people", "x.csv", "--as", "ada")),
    (1, "You may not do this", ("import", "people", "empty.csv", "--as", "amina")),
    (2, "Name files", ("import", "people", "--as", "ada")),
    (2, "Name files", ("import", "people", "--from-ldap", "--as", "ada")),
    (2, "No source “ldap”", ("import", "accounts", "--from-ldap", "--as", "ada")),
    (2, "csv, toml", ("export", "people", "--format", "xml", "--as", "ada")),
    (1, "You may not do this", ("export", "people", "--as", "amina")),
]


@pytest.mark.parametrize(("code", "says", "words"), WRONG, ids=[" ".join(words) for _c, _s, words in WRONG])
@pytest.mark.usefixtures("cast")
def test_what_can_t_be_is_said(vigie, tmp_path, code, says, words):
    (tmp_path / "empty.csv").write_text("login,name\n", "utf-8")
    ran = vigie(*words)
    assert says in ran.err.replace("\n", " ")
    assert (ran.code, ran.out) == (code, "")


def test_shifts_come_in_by_file_good_lines_first(vigie, cast, tmp_path):
    lines = ("duty,person,level,start,end", "support,denis,1,2026-11-30 08:00,2026-11-30 18:00")
    bad = "support,nobody,1,2026-12-01 08:00,2026-12-01 18:00"
    (tmp_path / "shifts.csv").write_text("\n".join([*lines, bad]), "utf-8")
    seen = vigie("import", "shifts", "shifts.csv", user="odile")
    assert (seen.code, "new 1" in seen.out) == (1, True)
    ran = vigie("import", "shifts", "shifts.csv", "--yes")
    assert ran.code == 1
    assert "shifts.csv:3: Nobody here has the login “nobody”" in ran.err
    when = ("--from", "2026-11-30 00:00", "--to", "2026-12-02 00:00", "--json")
    [listed] = json.loads(vigie("duty", "shifts", "list", *when).out)
    assert listed["person"]["login"] == "denis"
    assert vigie("duty", "shifts", "remove", str(listed["id"])).code == 0
