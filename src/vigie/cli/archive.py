"""A backup is one file: a tar archive with a manifest, the database, and the key that signs sessions and links.

What can be made again is not in it: the public site (`vigie public build`), logs. SQLite is copied by its own backup
interface while the desk runs; PostgreSQL by pg_dump and pg_restore, called with argument lists.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from vigie.cli.database import open_steps
from vigie.cli.errors import Wrong
from vigie.cli.words import gettext as _
from vigie.kernel import clock
from vigie.kernel.errors import Refused

MANIFEST, DATABASE, KEY = "manifest.json", "database", "secret-key"
FORMAT = 1


def write(file: Path) -> None:
    """Write the backup; the file appears whole or not at all, readable by its owner only."""
    part = file.with_name(f".{file.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            content = Path(folder)
            _dump(content / DATABASE)
            manifest = {
                "format": FORMAT,
                "vigie": metadata.version("vigie"),
                "database": connection.vendor,
                "made_at": clock.now().isoformat(),
            }
            (content / MANIFEST).write_text(json.dumps(manifest, indent=2), "utf-8")
            key = settings.OPTIONS.data / KEY
            if key.exists():
                shutil.copy(key, content / KEY)
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                with tarfile.open(fileobj=out, mode="w:gz") as archive:
                    for name in (MANIFEST, DATABASE, KEY):
                        if (content / name).exists():
                            archive.add(content / name, name)
                out.flush()
                os.fsync(out.fileno())
        part.replace(file)
    except OSError as error:
        raise Refused(
            "backup.unwritable",
            _("%(file)s can't be written: %(reason)s.") % {"file": file, "reason": error.strerror or error},
            hint=_("Nothing was changed. Is there a folder of that name, and room in it?"),
        ) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def opened(file: Path) -> Iterator[Path]:
    """The backup's content in a folder of its own, checked; Wrong or `Refused` if it is not for this desk."""
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder)
        manifest = _unpack(file, content)
        if manifest.get("format") != FORMAT:
            raise Wrong(
                _("%(file)s is a backup of another format; restore it with the Vigie that made it.")
                % {"file": file}
            )
        if manifest.get("database") != connection.vendor:
            raise Refused(
                "backup.other_database",
                _("%(file)s holds a %(theirs)s database, this desk runs on %(ours)s.")
                % {"file": file, "theirs": manifest.get("database"), "ours": connection.vendor},
                hint=_("Restore it on a desk configured like the one that made it."),
            )
        yield content


def _unpack(file: Path, folder: Path) -> Mapping[str, Any]:
    try:
        with tarfile.open(file, "r:gz") as archive:
            for name in (MANIFEST, DATABASE, KEY):
                if name in archive.getnames():
                    archive.extract(name, folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError as error:
        if not file.exists():
            raise Wrong(f"{file}: {error.strerror}.") from None
        raise Wrong(_("%(file)s is not a backup of Vigie.") % {"file": file}) from None
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:
        raise Wrong(
            _("%(file)s is not a whole backup of Vigie: %(why)s.") % {"file": file, "why": error}
        ) from None
    if not isinstance(manifest, dict) or not (folder / DATABASE).exists():
        raise Wrong(_("%(file)s is not a backup of Vigie.") % {"file": file})
    return manifest


def restore(content: Path) -> list[str]:
    """Bring the database and, where there is none, the key back. Returns the steps that it lacks, if it is older."""
    if connection.vendor == "sqlite":
        _restore_sqlite(content / DATABASE)
    else:
        connections.close_all()
        _run("pg_restore", "--clean", "--if-exists", "--single-transaction", *_no_owner(), content / DATABASE)
    key = settings.OPTIONS.data / KEY
    if (content / KEY).exists():
        key.touch(mode=0o600)
        shutil.copyfile(content / KEY, key)
    return open_steps()


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        source = connection.settings_dict["NAME"]
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy, pages=4096)
            copy.execute("PRAGMA journal_mode=DELETE")
    else:
        _run("pg_dump", "--format=custom", *_no_owner(), "--file", target)


def _restore_sqlite(source: Path) -> None:
    """Into the live file, page by page under SQLite's own locks: a desk that runs sees the old or the new, whole."""
    with closing(sqlite3.connect(source)) as copy:
        try:
            faults = copy.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            faults = str(error)
        if faults != "ok":
            raise Wrong(_("The database in this backup is damaged: %(why)s.") % {"why": faults})
        target = Path(connection.settings_dict["NAME"])
        target.parent.mkdir(parents=True, exist_ok=True)
        connections.close_all()
        with closing(sqlite3.connect(target, timeout=20)) as live:
            copy.backup(live)
            live.execute("PRAGMA journal_mode=WAL")


def _no_owner() -> tuple[str, ...]:
    return ("--no-owner", "--no-privileges")


def _run(program: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's programs on our database; the password goes by the environment, not by the list."""
    table = connection.settings_dict
    named = {
        "--host": table["HOST"],
        "--port": table["PORT"],
        "--username": table["USER"],
        "--dbname": table["NAME"],
    }
    where = [f"{option}={value}" for option, value in named.items() if value]
    environment = os.environ | ({"PGPASSWORD": table["PASSWORD"]} if table["PASSWORD"] else {})
    try:
        done = subprocess.run(  # noqa: S603 # an argument list of our own
            [program, *where, "--no-password", *map(str, arguments)],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise Refused(
            "backup.no_program",
            _("The program %(name)s is not installed here.") % {"name": program},
            hint=_("On Debian: apt-get install postgresql-client."),
        ) from None
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["?"])[0]
        raise Refused("backup.failed", _("%(name)s failed: %(words)s") % {"name": program, "words": words})
