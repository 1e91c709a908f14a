"""The house's own tools do what they say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools import sizes
from tools.build_catalogues import compile_catalogues
from tools.install_system_parts import Part

from tests.support.processes import ROOT


def test_a_skip_is_a_failure_where_nothing_may_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "import pytest\n"
        "def test_runs(): pass\n"
        "def test_skips(): pytest.skip('MISSING: Postfix')\n"
        "@pytest.mark.xfail(reason='known')\ndef test_known(): assert False\n",
        "utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.no_skips", "-p", "no:django"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)]
    said = {}
    for word in ("", "1"):
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"VIGIE_TEST_ALL": word},
            capture_output=True,
            text=True,
            check=False,
        )
        said[word] = (done.returncode, done.stdout + done.stderr)
    assert said[""][0] == 0, said
    assert said["1"][0] == 1, said
    assert "nothing may be skipped here" in said["1"][1]
    assert "MISSING: Postfix" in said["1"][1]
    assert "1 failed, 1 passed, 1 xfailed" in said["1"][1]


def test_a_missing_part_is_one_line_that_says_how_to_get_it() -> None:
    lack = Part("Postfix", "tests on real mail", ("postfix",), lambda: "").lack()
    assert lack.startswith("MISSING: Postfix (tests on real mail)")
    assert "tools/install_system_parts.py" in lack
    assert "\n" not in lack
    assert not Part("sh", "anything", ("dash",), lambda: "/bin/sh").lack()


def test_a_long_function_and_a_long_file_raise_the_alarm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "short.py").write_text("def f():\n    return 1\n", "utf-8")
    (source / "test_long.py").write_text("x = 1\n" * 500, "utf-8")
    assert sizes.main(source) == 0
    (source / "long.py").write_text("x = 1\n" * 401, "utf-8")
    (source / "function.py").write_text("def g():\n" + "    x = 1\n" * 60, "utf-8")
    assert sizes.main(source) == 1
    said = capsys.readouterr()
    assert "src/long.py: 401 lines" in said.err
    assert "src/function.py:1: g has 61 lines" in said.err
    assert "p50" in said.out


def test_catalogues_are_compiled_where_django_looks_for_them(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Hello"\nmsgstr "Bonjour"\n', "utf-8")
    (tmp_path / "locale" / "part.fr.po").write_text('msgid "x"\nmsgstr "y"\n', "utf-8")
    assert compile_catalogues(tmp_path) == [folder / "django.mo"]
    assert [path.name for path in tmp_path.rglob("*.mo")] == ["django.mo"]
