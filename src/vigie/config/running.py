"""Programs that stay: the web server with its worker, the worker alone, the demo."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from types import FrameType

from django.conf import settings
from django.urls import get_resolver

from vigie.config.logging import set_up_as_configured
from vigie.config.reactions import REACTIONS
from vigie.kernel import clock, journal
from vigie.kernel.errors import Refused
from vigie.lib.workdays import warm_up
from vigie.worker.modules import modules
from vigie.worker.runner import Runner

log = journal.of(__name__)


def runner() -> Runner:
    """A worker with every module and every reaction."""
    return Runner(modules(REACTIONS))


def _warm_up() -> None:
    """What the first reader would wait for, read beside the start: the pages' modules, the working days."""

    def read() -> None:
        warm_up(clock.now().date())
        get_resolver().url_patterns  # noqa: B018 # reading it imports every page

    Thread(target=read, name="warm-up", daemon=True).start()


def work() -> None:
    """Run the worker until SIGTERM or SIGINT."""
    set_up_as_configured()
    _warm_up()
    worker = runner()
    with stop_signals(worker.stop):
        worker.run()


def serve(listen: str = "", *, with_worker: bool = True) -> None:
    """Serve the desk at `listen` (host:port) until SIGTERM or SIGINT, with a worker beside it."""
    import waitress  # type: ignore[import-untyped] # noqa: PLC0415 # ships no types; only who serves needs it

    from vigie.config.wsgi import application  # noqa: PLC0415 # Django must be set up by now

    set_up_as_configured()
    _warm_up()
    listen = listen or settings.OPTIONS["serve.listen"]
    try:
        server = waitress.create_server(
            application,
            listen=listen,
            threads=settings.OPTIONS["serve.threads"],
            ident="vigie",
            clear_untrusted_proxy_headers=False,
        )
    except (OSError, ValueError) as error:
        raise Refused(
            "serve.listen",
            f"{listen} can't be served: {getattr(error, 'strerror', None) or error}.",
            hint="Is another program there already? Choose another with --listen HOST:PORT.",
        ) from error
    worker = runner() if with_worker else None
    with stop_signals(_leave):
        if worker:
            worker.start()
        log.info("serving", listen=listen)
        try:
            server.run()
        finally:
            if worker:
                worker.stop()
                worker.join()
            server.close()


def _leave() -> None:
    raise SystemExit(0)


@contextmanager
def stop_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT call `stop` while the block runs; a second one ends the program at once."""
    seen = 0

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal seen
        seen += 1
        if seen > 1:
            os._exit(130)
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
