"""Pages of a desk with a long past under parallel readers, beside a static file from the same server."""

import http.client
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import _lab

PAST, READERS, REQUESTS = (
    _lab.number("PAST", 10_000),
    _lab.number("READERS", 50),
    _lab.number("REQUESTS", 150),
)
TURNS = _lab.number("TURNS", 2)
STATIC = "/static/vigie/base.css"
PAGES = ("/", "/today", "/desk", "/outages", "/notices", "/calendar", "/duty", "/coverage")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def prepare(data: Path) -> tuple[str, str]:
    """Write the past; returns the session of Lucie, who follows what goes on, and what was written."""
    _lab.set_up(data)
    import history  # noqa: PLC0415 # after Django is set up
    import years  # noqa: PLC0415 # same
    from django.test import Client  # noqa: PLC0415 # same

    cast = history.make(PAST)
    made = years.make()
    client = Client()
    client.force_login(cast.lucie, backend=BACKEND)
    return client.cookies["sessionid"].value, made


def readers(port: int, path: str, count: int, total: int, session: str) -> tuple[list[float], float]:
    """Milliseconds of each request, and requests per second, with `count` readers that never pause."""
    took: list[float] = []
    left = iter(range(total))
    guard = threading.Lock()

    def read() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            with guard:
                if next(left, None) is None:
                    break
            started = time.perf_counter()
            connection.request(
                "GET", path, headers={"Cookie": f"sessionid={session}", "Accept-Language": "fr"}
            )
            answer = connection.getresponse()
            body = answer.read()
            spent = (time.perf_counter() - started) * 1000
            if answer.status != 200 or not body:  # noqa: PLR2004 # OK of HTTP
                raise SystemExit(f"{path}: {answer.status}")
            with guard:
                took.append(spent)
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(count)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(took) != total:
        raise SystemExit(f"{path}: {len(took)} of {total} answered")
    return took, total / (time.perf_counter() - started)


def memory(pid: int) -> str:
    """Resident memory of a process: now, and the most it ever was (MB)."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    now, most = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return f"{now:.0f} MB (most {most:.0f} MB)"


def seconds_of(pid: int) -> float:
    """Processor time that a process has used so far; what else the machine does counts little in it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def row(port: int, path: str, session: str, pid: int) -> tuple[str, ...]:
    """One page beside the static file, in turn: a busy moment of the machine hits both."""
    used = 0.0
    alone: dict[str, list[float]] = {STATIC: [], path: []}
    crowd: dict[str, list[float]] = {STATIC: [], path: []}
    for _turn in range(TURNS):
        for each in (STATIC, path):
            before = seconds_of(pid)
            alone[each] += readers(port, each, 1, max(10, REQUESTS // 10), session)[0]
            crowd[each] += readers(port, each, READERS, REQUESTS, session)[0]
            used += seconds_of(pid) - before if each == path else 0
    p50 = _lab.percentile(crowd[path], 0.5)
    return (
        path,
        f"{used * 1000 / len(alone[path] + crowd[path]):.0f}",
        f"{_lab.percentile(alone[path], 0.5):.1f}",
        f"{_lab.percentile(alone[path], 0.95):.1f}",
        f"{_lab.percentile(alone[path], 0.5) / _lab.percentile(alone[STATIC], 0.5):.0f}",
        f"{p50:.0f}",
        f"{_lab.percentile(crowd[path], 0.95):.0f}",
        f"{p50 / _lab.percentile(crowd[STATIC], 0.5):.0f}",
    )


def main() -> None:
    from tests.support.processes import free_port, wait_for_port  # noqa: PLC0415 # after sys.path is set

    with _lab.folder() as data:
        session, made = prepare(data)
        port = free_port()
        server = subprocess.Popen(
            [
                Path(sys.executable).with_name("vigie"),
                "serve",
                "--listen",
                f"127.0.0.1:{port}",
                "--no-worker",
            ],
            env=os.environ | {"VIGIE_STORE_DATA": str(data), "VIGIE_LOG_LEVEL": "error"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_port(port, seconds=60, process=server)
            for path in (STATIC, *PAGES):
                readers(port, path, 2, 6, session)
            fresh = memory(server.pid)
            rows = [row(port, path, session, server.pid) for path in PAGES]
            used = memory(server.pid)
        finally:
            stop_plain(server)
        _lab.table(
            f"pages: {PAST} past outages, two of now, {READERS} readers without a pause, {TURNS} times {REQUESTS} requests each page",
            (
                "page",
                "server CPU ms",
                "alone p50 ms",
                "p95 ms",
                "over static",
                f"{READERS} readers p50 ms",
                "p95 ms",
                "over static",
            ),
            rows,
            made,
            f"server's memory: {fresh} after the first pages, {used} after all; 8 threads, no worker; SQLite",
            "readers and server share the cores; a reader's time is mostly its wait for the others",
        )


def stop_plain(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
