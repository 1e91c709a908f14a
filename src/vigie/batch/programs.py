"""Running a batch system's own commands: argument lists, never a shell; a time limit that holds for all they started.

What such a command does wrong becomes a BatchFailure with its own words; what its exit code means is the adapter's
business.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from vigie.contracts.batch import Away

PRIVATE = ("VIGIE_", "DJANGO_")
"""Variables that begin so are Vigie's own and may hold secrets: no command sees them."""
CHUNK = 1 << 20


class TooSlow(Away):
    """It did not end in time and was killed."""


class TooLarge(Away):
    """It printed more than asked for and was killed."""


@dataclass(frozen=True)
class Answer:
    """What a command printed, in bytes as they came, its exit code and how long it took."""

    out: bytes
    err: bytes
    code: int
    seconds: float

    def words(self) -> str:
        """What it said, in one short text for an operator: its errors, else what it printed."""
        said = (self.err.strip() or self.out.strip()).decode("utf-8", "replace")
        return said if len(said) <= 600 else f"{said[:600]}…"  # noqa: PLR2004 - a few lines


def ask(
    command: Sequence[str],
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    most_bytes: int = 256 << 20,
) -> Answer:
    """Run a command to its end. Raises Away (it can't be started), TooSlow, TooLarge; then all of it is dead.

    It runs in a process group of its own, without input, knowing nothing of Vigie's own variables.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith(PRIVATE)}
    began = time.monotonic()
    try:
        process = subprocess.Popen(  # noqa: S603 - an argument list from the administrator's settings
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env | dict(environment or {}),
            cwd="/",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        raise Away(f"{command[0]}: can't be started: {error}") from error
    with process:
        try:
            out, err = _read(process, command[0], began + seconds, most_bytes)
        except TooSlow as slow:
            raise TooSlow(f"{command[0]}: {slow} within {seconds:g} s; it was stopped") from None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # those that it started too; itself has ended, or must
            process.wait()
    return Answer(out, err, process.returncode, time.monotonic() - began)


def _read(process: subprocess.Popen[bytes], name: str, deadline: float, most: int) -> tuple[bytes, bytes]:
    """Both streams until the program has ended; what its children hold open is not waited for."""
    pieces: dict[IO[bytes], list[bytes]] = {}
    size = 0
    with selectors.DefaultSelector() as ready:
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            pieces[stream] = []
            ready.register(stream, selectors.EVENT_READ)
        while ready.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooSlow("no whole answer")
            ended = process.poll() is not None
            events = ready.select(0 if ended else min(left, 0.2))
            if ended and not events:
                break
            for key, _ in events:
                piece = os.read(key.fd, CHUNK)
                size += len(piece)
                if size > most:
                    raise TooLarge(f"{name}: printed more than {most} bytes; it was stopped")
                if piece:
                    pieces[key.fileobj].append(piece)  # type: ignore[index]  # what was registered above
                else:
                    ready.unregister(key.fileobj)
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise TooSlow("closed its output, but did not end") from None
    out, err = (b"".join(found) for found in pieces.values())
    return out, err
