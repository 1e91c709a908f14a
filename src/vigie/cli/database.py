"""The database's tables: are they there, are they those of this version, make them so."""

from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from vigie.cli.words import gettext as _
from vigie.kernel.errors import Refused


def open_steps() -> list[str]:
    """Names of the migrations that this database lacks, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def migrate() -> int:
    """Make the missing steps; returns how many."""
    steps = open_steps()
    if connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    return len(steps)


def is_new() -> bool:
    """Whether this is an SQLite file that is not there yet."""
    return connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists()


def must_be_migrated(*, make_new: bool = False) -> None:
    """Raise `Refused` unless the tables are those of this version; a new SQLite file is made if `make_new`."""
    if make_new and is_new():
        migrate()
        return
    if is_new():
        raise Refused(
            "database.missing",
            _("There is no database yet (%(file)s).") % {"file": connection.settings_dict["NAME"]},
            hint=_("“vigie migrate” makes it; so does the first “vigie serve”."),
        )
    if steps := open_steps():
        raise Refused(
            "database.old",
            _("The database is older than this version; steps missing: %(n)s, first %(first)s.")
            % {"n": len(steps), "first": steps[0]},
            hint=_("Make a backup (“vigie backup FILE”), then run “vigie migrate”."),
        )
