"""The program `vigie`: hands the command line what it may not import, and runs it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from vigie.cli.house import Finding, House
from vigie.cli.main import run
from vigie.kernel import journal


def house() -> House:
    """The whole house behind the command line; each part is loaded when it is used."""
    return House(serve=_serve, work=_work, demo=_demo, check_config=_check_config)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
    journal.before_first_line(_log)
    sys.exit(run(house(), sys.argv[1:]))


def _serve(listen: str, with_worker: bool) -> None:
    from vigie.config import running  # noqa: PLC0415 # waitress and the worker: only for those who serve

    running.serve(listen, with_worker=with_worker)


def _work() -> None:
    from vigie.config import running  # noqa: PLC0415 # same

    running.work()


def _demo(listen: str, data: Path | None, fresh: bool) -> None:
    raise NotImplementedError


def _check_config(network: bool) -> Sequence[Finding]:
    from vigie.config import check  # noqa: PLC0415 # must work where Django's settings don't

    return check.findings(network=network)


def _log() -> None:
    from vigie.config import logging  # noqa: PLC0415 # structlog: only for those who log

    logging.set_up_as_configured()
