"""The manual keeps up: no option, secret, command or worker module without its line."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from vigie.cli.main import commands
from vigie.config.options import OPTIONS, SECRETS
from vigie.worker.modules import modules

MANUAL = Path(__file__).resolve().parent.parent / "docs" / "manual"


def page(name: str) -> str:
    return (MANUAL / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_has_its_line_with_variable_default_and_meaning(option: Any) -> None:
    [line] = [line for line in page("configuration").splitlines() if line.startswith(f"| `{option.name}` |")]
    assert f"`{option.variable}`" in line
    assert option.about in line
    default = ", ".join(option.default) if isinstance(option.default, list) else option.default
    assert str(default).lower() in line.lower()


def test_every_secret_has_its_line() -> None:
    for name, about in SECRETS:
        assert f"| `{name}_FILE` | {about} |" in page("configuration")


def every_command() -> Iterator[str]:
    def walk(words: str, command: Any) -> Iterator[str]:
        if not hasattr(command, "commands"):
            yield words
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(f"{words} {name}", child)

    for name, entry in commands().items():
        module = import_module(f"vigie.cli.commands.{entry.module}")
        yield from walk(f"vigie {name}", typer.main.get_command(module.app))


@pytest.mark.parametrize("words", sorted(every_command()))
def test_every_command_has_its_line(words: str) -> None:
    assert f"| `{words}" in page("commands")


def test_every_module_of_the_worker_has_its_line() -> None:
    for module in modules({}):
        assert f"| {module.name} |" in page("running")
