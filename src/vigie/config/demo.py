"""`vigie demo`: the invented centre's environment, mailbox and database, then the desk as it is served in earnest."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from vigie.cli import prepare as django_ready
from vigie.cli.errors import Wrong, say
from vigie.cli.words import gettext as _
from vigie.demo.run import CONFIGURATION, MAILBOX, configure, environment, mailbox_server, prepare

EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]"})  # noqa: S104 # recognised, never chosen by us
MADE_BY_THE_DEMO = (
    "vigie.sqlite3",
    "vigie.sqlite3-wal",
    "vigie.sqlite3-shm",
    "secret-key",
    "errors.log",
    CONFIGURATION,
)


def run(listen: str, folder: Path, *, fresh: bool) -> None:
    """Serve the demo at `listen` until SIGTERM or SIGINT; `fresh` forgets what was done in it before."""
    folder = folder.expanduser().resolve()
    host, _colon, port = listen.rpartition(":")
    if not (host and port.isdigit()):
        raise Wrong(_("%(listen)s is not an address and a port; write 127.0.0.1:8000.") % {"listen": listen})
    if fresh:
        forget(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Wrong(
            _("%(folder)s can't be made: %(reason)s.") % {"folder": folder, "reason": error.strerror},
            hint=_("Name another folder with --data."),
        ) from error
    configure(folder)
    _set_environment(folder, listen, host)
    with mailbox_server(folder / MAILBOX) as box:
        os.environ |= {"VIGIE_MAIL_HOST": box.host, "VIGIE_MAIL_PORT": str(box.port)}
        os.environ["DJANGO_SETTINGS_MODULE"] = django_ready.SETTINGS
        django_ready.ready("django")
        _serve(folder, listen)


def _serve(folder: Path, listen: str) -> None:
    from vigie.cli import database  # noqa: PLC0415 # Django is ready only now
    from vigie.config import running  # noqa: PLC0415 # same
    from vigie.config.logging import set_up_as_configured  # noqa: PLC0415 # same

    set_up_as_configured()
    say(_("Preparing the invented centre in %(folder)s …") % {"folder": folder})
    database.migrate()
    prepare(folder)
    say(
        "",
        _("Open http://%(listen)s/demo/ and be anyone of the staff; readers see http://%(listen)s/.")
        % {"listen": listen},
        _("Every mail that leaves is received here and shown at http://%(listen)s/demo/mailbox.")
        % {"listen": listen},
        _("Ctrl-C ends it; “vigie demo” goes on where you were, “vigie demo --fresh” begins anew."),
    )
    running.serve(listen)


def _set_environment(folder: Path, listen: str, host: str) -> None:
    """Nothing of a real desk's configuration may reach the demo: no file, no database, no mail server, no secret."""
    for name in [
        name for name in os.environ if name.startswith("VIGIE_") and name not in {"VIGIE_LANG", "VIGIE_DEBUG"}
    ]:
        del os.environ[name]
    everywhere = host in EVERYWHERE
    os.environ |= environment(folder) | {
        "VIGIE_SITE_URL": f"http://{listen}",
        "VIGIE_SITE_HOSTS": "*" if everywhere else f"{host},127.0.0.1,localhost,[::1]",
        "VIGIE_LOG_LEVEL": "warning",
    }


def forget(folder: Path) -> None:
    """Remove what a demo made in the folder, and only that; refuse a folder whose database is not a demo's."""
    file = folder / "vigie.sqlite3"
    if file.exists() and not _is_demo(file):
        raise Wrong(
            _("%(file)s is not a demo's database: nothing was removed.") % {"file": file},
            hint=_("Name another folder with --data."),
        )
    for name in MADE_BY_THE_DEMO:
        (folder / name).unlink(missing_ok=True)
    for name in (MAILBOX, "public", "lake"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _is_demo(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT demo FROM kernel_installation").fetchone()
    except sqlite3.Error:
        return False
    return bool(row and row[0])
