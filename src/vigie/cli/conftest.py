"""`vigie(*words)`: a command run in this process, as the console script runs it."""

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from vigie.cli.house import Essentials, Finding, House
from vigie.cli.main import run


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Stays:
    """A house whose programs that stay only note that they were started."""

    def __init__(self) -> None:
        self.started: list[tuple[Any, ...]] = []

    def house(self) -> House:
        return House(
            serve=lambda *how: self.started.append(("serve", *how)),
            work=lambda: self.started.append(("work",)),
            demo=lambda *how: self.started.append(("demo", *how)),
            check_config=self._check,
            essentials=lambda: Essentials(settings.DATABASES["default"], settings.TIME_ZONE, []),
        )

    def _check(self, network: bool) -> Sequence[Finding]:
        self.started.append(("check", network))
        return [Finding("vigie.toml", ok=True, words="fine")]


@pytest.fixture
def stays() -> Stays:
    return Stays()


@pytest.fixture
def vigie(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stays: Stays, tmp_path: Path
) -> Callable[..., Ran]:
    for name in ("VIGIE_USER", "LC_ALL", "LC_MESSAGES", "LANG", "VIGIE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VIGIE_LANG", "en")
    monkeypatch.chdir(tmp_path)

    def call(*words: str, stdin: str = "", user: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        if user:
            monkeypatch.setenv("VIGIE_USER", user)
        capsys.readouterr()
        with translation.override(None):  # a command speaks its caller's language; the next test its own
            code = run(stays.house(), list(words))
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return call
