"""Starting and stopping real programs from tests: own ports, output to a file, stopped whatever happens."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
POLL_SECONDS = 0.02


def free_port() -> int:
    """A TCP port on loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def open_folder(prefix: str, *, at_end: str = ":") -> Iterator[Path]:
    """A short-named folder that other system users may enter (pytest's own are closed to Postfix).

    At the end, or when this process dies, the shell command `at_end` runs (`$1` is the folder), and it is removed.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"vigie-{prefix}-"))
    folder.chmod(0o755)
    with ended_with_us(at_end, folder):
        yield folder


def start(
    command: Sequence[str | Path], log: Path, *, cwd: Path = ROOT, **environment: str | None
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, deaf and writing to `log`; None takes a name out of its environment."""
    merged = {name: value for name, value in (os.environ | environment).items() if value is not None}
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=merged,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], *, seconds: float = 10) -> None:
    """Ask the program and its children to end; insist after `seconds`."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(seconds)


def answers(port: int) -> bool:
    """Whether something listens on the port of loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def wait_for_port(port: int, *, seconds: float = 60, process: subprocess.Popen[bytes] | None = None) -> None:
    """Return when something listens on the port; TimeoutError after `seconds`, or when `process` has ended."""
    deadline = time.monotonic() + seconds
    while not answers(port):
        if process is not None and process.poll() is not None:
            raise TimeoutError(
                f"the program ended ({process.returncode}) before it listened on 127.0.0.1:{port}"
            )
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on 127.0.0.1:{port} after {seconds} s")
        time.sleep(POLL_SECONDS)


@contextmanager
def ended_with_us(command: str, folder: Path) -> Iterator[None]:
    """Run a shell command (`$1` is the folder) when the block ends, or when this process dies, however it dies.

    A guard waits for the end of a pipe whose other end only we hold: even SIGKILL closes it.
    """
    guard = subprocess.Popen(
        ["sh", "-c", f'cat >/dev/null; {command}; rm -rf "$1"', "guard", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        yield
    finally:
        if guard.stdin is not None:
            guard.stdin.close()
        guard.wait(120)  # a whole virtual environment on a busy disk


def script(name: str, *arguments: str, **environment: str) -> None:
    """Run one of tests/lab's scripts; its output is in the error if it fails.

    The output goes to a file, not a pipe: a daemon that inherits a pipe would keep us waiting for its end.
    """
    with tempfile.TemporaryFile() as out:
        done = subprocess.run(
            ["bash", str(ROOT / "tests" / "lab" / name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | environment,
            timeout=120,
            check=False,
        )
        out.seek(0)
        said = out.read().decode("utf-8", "replace")
    if done.returncode:
        raise RuntimeError(f"tests/lab/{name} failed ({done.returncode}):\n{said}")
