"""The house itself: what Import Linter can't see."""

import configparser
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


def rows() -> dict[str, int]:
    """{package: row}, 0 at the bottom, read from the same table that Import Linter checks."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    layers = config["importlinter:contract:rings"]["layers"].strip().splitlines()
    return {
        name.strip(" ()"): height
        for height, layer in enumerate(reversed(layers))
        for name in layer.split("|")
    }


def test_no_foreign_key_points_upward():
    height = rows()
    ours = {
        config.label: config.name.removeprefix("vigie.").split(".")[0]
        for config in apps.get_app_configs()
        if config.name.startswith("vigie.")
    }
    upward = []
    for model in apps.get_models():
        source = ours.get(model._meta.app_label)
        for field in model._meta.get_fields(include_hidden=True):
            target = getattr(field, "related_model", None)
            if source is None or target is None or target == "self" or field.auto_created:
                continue
            to = ours.get(target._meta.app_label)
            if to is not None and to != source and height[to] >= height[source]:
                upward.append(
                    f"{model.__name__}.{field.name} -> {target.__name__}: turn the arrow, or use an event"
                )
    assert not upward


def test_the_table_of_rows_names_every_package_that_exists():
    packages = {path.parent.name for path in (ROOT / "src" / "vigie").glob("*/__init__.py")}
    assert packages <= rows().keys()


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_decisions_are_numbered_without_a_gap():
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:3]) for path in files] == list(range(1, len(files) + 1))
    assert all(path.read_text("utf-8").startswith(f"# {number}. ") for number, path in enumerate(files, 1))
