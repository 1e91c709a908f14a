"""Accounts from a command of the centre: CSV or JSON on its standard output, in time and of a bounded size."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress

from django.utils.translation import gettext as _

from vigie.dayone.kinds.accounts import ACCOUNTS
from vigie.dayone.sources.trouble import Away
from vigie.dayone.table import LARGEST_FILE, Table, from_entries, read

LOOK_EVERY = 0.1  # seconds between two looks at a running command
TOLD = 300  # characters of what the command says on its standard error


def fetch(command: Sequence[str], *, timeout: float) -> Table:
    """Run the command (an argument list, never a shell) and read what it prints; `Away` says what went wrong."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(  # noqa: S603 # an argument list from the configuration's file
                list(command), stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
            )
        except OSError as error:
            words = {"name": command[0], "why": error.strerror}
            raise Away(_("The command %(name)s can’t be started: %(why)s.") % words) from None
        try:
            code = _wait(process, out.fileno(), command[0], timeout)
        finally:
            _end(process)
        err.seek(0)
        said = err.read(TOLD).decode("utf-8", "replace").strip()
        if code != 0:
            raise Away(
                _("The command %(name)s failed (%(code)d): %(said)s")
                % {"name": command[0], "code": code, "said": said or "–"}
            )
        out.seek(0)
        content = out.read(LARGEST_FILE + 1)
    return parse(content)


def _wait(process: subprocess.Popen[bytes], out: int, name: str, timeout: float) -> int:
    """Its exit code; `Away` if it takes too long or prints too much."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return process.wait(LOOK_EVERY)
        except subprocess.TimeoutExpired:
            if os.fstat(out).st_size > LARGEST_FILE:
                raise Away(_("The command %(name)s prints too much.") % {"name": name}) from None
            if time.monotonic() > deadline:
                words = {"name": name, "n": timeout}
                raise Away(_("The command %(name)s did not end within %(n)d s.") % words) from None


def _end(process: subprocess.Popen[bytes]) -> None:
    """The command and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def parse(content: bytes) -> Table:
    """JSON (a list of objects, or an object with one under “accounts”), or else CSV."""
    if len(content) > LARGEST_FILE or content.lstrip()[:1] not in (b"[", b"{"):
        return read(content, ACCOUNTS, toml=False)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Away(_("What the command printed is no JSON: %(why)s.") % {"why": error}) from None
    entries = data.get(ACCOUNTS.name) if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise Away(_("What the command printed holds no list of accounts."))
    return from_entries(entries, ACCOUNTS)
