"""Verbs over the static site: build it, build it if that is due, copy it outside."""

import errno
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from vigie.kernel import clock, events
from vigie.kernel.errors import Refused, Text
from vigie.public import duty, queries, rules
from vigie.public import folder as disk
from vigie.public.models import Build, Push
from vigie.public.pages import site

log = structlog.get_logger(__name__)

KEEP = 1000  # rows of builds and pushes: at three an hour and more, some days of history
OUTPUT = 4000


@dataclass(frozen=True)
class BuildResult:
    """What a build did: where, files in all, which were written and which removed, in how many seconds."""

    folder: Path
    digest: str
    files: int
    written: tuple[str, ...]
    removed: tuple[str, ...]
    seconds: float


def site_folder() -> Path:
    """Where the static site is made: `public.folder`, or public/ in the data folder."""
    named = settings.OPTIONS["public.folder"]
    return Path(named).expanduser().resolve() if named else settings.OPTIONS.data / "public"


def build(folder: Path | None = None) -> BuildResult:
    """Bring the static site up to date: only what changed is written, and a failure leaves the old site whole.

    Each attempt leaves a row; a fault is kept in it and raised as `Refused`, with what to do.
    """
    target = folder or site_folder()
    started = time.monotonic()
    # Read before the content: what is published meanwhile belongs to the next build.
    event_id, now = events.latest_id(), clock.now()
    try:
        disk.check(target)
        with disk.held(target):
            done = disk.write(target, site(now))
    except (OSError, disk.Foreign, disk.Busy) as error:
        fault = _fault(error, target)
        _remember(Build(at=now, event_id=event_id, folder=str(target), error=str(fault)))
        raise fault from error
    seconds = time.monotonic() - started
    Build.objects.create(
        at=now,
        event_id=event_id,
        turns_at=_turns_at(now),
        folder=str(target),
        digest=done.digest,
        files=done.files,
        written=len(done.written),
        removed=len(done.removed),
        seconds=seconds,
    )
    _forget_old()
    return BuildResult(target, done.digest, done.files, done.written, done.removed, seconds)


def _turns_at(now: datetime) -> datetime | None:
    """When the pages read otherwise by themselves: a promise passes, or a duty changes hands."""
    moments = (rules.turns_at((story.facts for story in queries.open_stories()), now), duty.turns_at(now))
    return min((at for at in moments if at), default=None)


def _fault(error: Exception, folder: Path) -> Refused:
    """The fault in words, with what to do about it."""
    if isinstance(error, disk.Foreign):
        return Refused(
            "public.foreign_folder",
            _("%(folder)s holds files that Vigie did not make; nothing was touched.") % {"folder": folder},
            hint=_("Name an empty folder in public.folder, or empty this one."),
        )
    if isinstance(error, disk.Busy):
        return Refused(
            "public.busy",
            _("Another process is building %(folder)s.") % {"folder": folder},
            hint=_("Wait for it, or find out why it hangs."),
        )
    code = error.errno if isinstance(error, OSError) else None
    words: dict[int | None, tuple[Text, Text]] = {
        errno.ENOSPC: (
            _("The disk of %(folder)s is full; the site stays as it was.") % {"folder": folder},
            _("Free some space; the next build comes by itself."),
        ),
        errno.EDQUOT: (
            _("The quota for %(folder)s is used up; the site stays as it was.") % {"folder": folder},
            _("Free some space; the next build comes by itself."),
        ),
        errno.EACCES: (
            _("Vigie may not write into %(folder)s; the site stays as it was.") % {"folder": folder},
            _("Give the folder to the user that runs Vigie."),
        ),
        errno.EROFS: (
            _("%(folder)s is on a disk mounted read-only; the site stays as it was.") % {"folder": folder},
            _("Mount it for writing."),
        ),
    }
    message, hint = words.get(
        code if code != errno.EPERM else errno.EACCES,
        (
            _("%(folder)s can't be written: %(error)s. The site stays as it was.")
            % {"folder": folder, "error": error},
            "",
        ),
    )
    return Refused("public.not_built", message, hint=hint)


def _remember(row: Build) -> None:
    """Keep the fault in a row; if the database is on the same full disk, in the log at least."""
    log.error("public.build_failed", folder=row.folder, error=row.error)
    try:
        row.save()
    except DatabaseError:
        log.exception("public.build_row_lost")


def _forget_old() -> None:
    newest = Build.objects.order_by("-pk").values_list("pk", flat=True)[KEEP : KEEP + 1].first()
    if newest:
        Build.objects.filter(pk__lte=newest).delete()


def build_if_due() -> bool:
    """For the worker: build if something was told, a promise passed or the heartbeat asks; then copy it outside.

    Returns whether anything was done. A fault is raised after it was kept; the worker goes on with the rest.
    """
    did = False
    if queries.build_due():
        build()
        did = True
    if queries.push_due():
        push()
        did = True
    return did


def push() -> Push:
    """Run the configured command on the folder of the newest good build; what it said is kept in a row.

    Refused if there is no command or nothing was built. A command that fails or hangs is kept as a fault, not
    raised: the row says it, the desk shows it, and the worker tries again.
    """
    command = settings.OPTIONS["public.push"]
    if not command:
        raise Refused(
            "public.no_push",
            _("No command is configured that copies the site outside."),
            hint=_("Write one as a list in vigie.toml, section [public], key push."),
        )
    last = queries.last_good_build()
    if last is None:
        raise Refused("public.not_built_yet", _("The site was not built yet."), hint="vigie public build")
    at, started = clock.now(), time.monotonic()
    ok, output = _run([part.replace("{folder}", last.folder) for part in command])
    if not ok:
        log.error("public.push_failed", command=command[0], output=output)
    return Push.objects.create(at=at, build=last, ok=ok, output=output, seconds=time.monotonic() - started)


def _run(command: list[str]) -> tuple[bool, str]:
    """Run an argument list, never through a shell; returns whether it went well, and its last words."""
    limit = settings.OPTIONS["public.push_timeout"]
    try:
        done = subprocess.run(  # noqa: S603 # the administrator's own command, an argument list
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = (error.output or b"").decode("utf-8", "replace")[-OUTPUT:]
        return False, f"{command[0]}: no end after {limit} s; stopped. {said}".strip()
    except OSError as error:
        return False, f"{command[0]}: {error.strerror or error}"
    said = done.stdout.decode("utf-8", "replace").replace("\x00", "")[-OUTPUT:].strip()
    return (
        done.returncode == 0,
        said if done.returncode == 0 else f"{command[0]} ended with {done.returncode}. {said}",
    )
