"""Compile the translation catalogues while the package is built, editable or wheel.

The .mo files are not kept in git: a binary that can be made from the .po beside it can only disagree with it.
"""

import os
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> list[Path]:
    """Write a .mo beside every LANGUAGE/LC_MESSAGES/*.po below `root`; fuzzy entries are left out, as by msgfmt.

    A running desk may be reading the old one: the new one takes its place at once.
    """
    made = []
    for po in sorted(root.rglob("LC_MESSAGES/*.po")):
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name)
        target = po.with_suffix(".mo")
        fresh = target.with_suffix(f".{os.getpid()}")
        with fresh.open("wb") as out:
            write_mo(out, catalogue)
        fresh.replace(target)
        made.append(target)
    return made


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg] # hatchling leaves the config type open
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 # hatchling's signature
        compile_catalogues(Path(self.root) / "src")


if __name__ == "__main__":
    for path in compile_catalogues(Path(__file__).resolve().parent.parent / "src"):
        print(path)
