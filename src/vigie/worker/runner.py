"""Runs modules: look for what is due, do it, look again; one thread each, so that a slow one delays nobody."""

import os
import socket
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import close_old_connections, connections

from vigie.kernel import clock, journal
from vigie.worker import lock
from vigie.worker.module import Module, Turn

log = journal.of(__name__)

GRACE_SECONDS = 20.0
BEAT = timedelta(seconds=30)
AFTER_FAILURE = timedelta(seconds=5)


def owner_name() -> str:
    """Who holds leases: host, process, and a word that no later process of that number has."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"[:100]


class Runner:
    """A worker: `run` until `stop`, or `start` it beside something else. Several of them may share a database."""

    def __init__(self, modules: Sequence[Module], *, owner: str = "") -> None:
        self.modules = tuple(modules)
        self.owner = owner or owner_name()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._running: dict[str, float] = {}

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def once(self, module: Module) -> int:
        """Look once: if something is due and the lock is ours, do it. Returns how much was done.

        A failure is logged, written into the module's row, and raised no further.
        """
        try:
            if not module.due():
                return 0
            if module.alone and not lock.claim(module.name, self.owner, span=module.limit):
                return 0
        except Exception as error:  # noqa: BLE001 # the database may be away: that ends no worker
            log.warning("module.blocked", module=module.name, error=repr(error))
            return 0
        self._running[module.name] = time.monotonic()
        try:
            return self._work(module)
        finally:
            self._running.pop(module.name, None)

    def _work(self, module: Module) -> int:
        turn = Turn(self.owner, clock.now() + module.limit, lambda: self.stopping)
        done, error = 0, ""
        try:
            done = module.work(turn)
        except Exception as problem:
            error = f"{type(problem).__name__}: {problem}"
            log.exception("module.failed", module=module.name)
        try:
            if module.alone:
                lock.finish(module.name, self.owner, error=error)
            elif error or done:
                lock.note(module.name, error=error)
        except Exception as problem:  # noqa: BLE001 # same: its lease runs out by itself
            log.warning("module.not_recorded", module=module.name, error=repr(problem))
        return -1 if error else done

    def start(self) -> None:
        """Start one thread per module and return."""
        log.info("worker.started", owner=self.owner, modules=[module.name for module in self.modules])
        for module in self.modules:
            thread = threading.Thread(
                target=self._loop, args=(module,), name=f"worker-{module.name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Ask every module to end in good order; returns at once."""
        self._stopping.set()

    def run(self) -> None:
        """Start, keep watch until somebody calls `stop`, and end in good order."""
        self.start()
        while not self._stopping.wait(BEAT.total_seconds()):
            self.report_overruns()
        self.join()

    def join(self, seconds: float = GRACE_SECONDS) -> bool:
        """Wait for the threads; what does not end in time keeps its lease, and another worker takes it back."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        left = [thread.name for thread in self._threads if thread.is_alive()]
        log.info("worker.stopped", owner=self.owner, unfinished=left)
        return not left

    def report_overruns(self) -> None:
        """A thread can't be killed; what hangs beyond its limit is said loudly, and its lock is anybody's."""
        limits = {module.name: module.limit for module in self.modules}
        for name, since in list(self._running.items()):
            lasted = time.monotonic() - since
            if lasted > limits[name].total_seconds():
                log.error("module.overran", module=name, seconds=round(lasted))

    def _loop(self, module: Module) -> None:
        try:
            while not self.stopping:
                close_old_connections()
                done = self.once(module)
                rest = AFTER_FAILURE if done < 0 else module.every
                self._stopping.wait(max(rest, module.every).total_seconds())
        finally:
            connections.close_all()
