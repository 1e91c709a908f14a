"""The program `vigie`: hands the command line what it may not import, and runs it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from vigie.cli.house import Essentials, Finding, House
from vigie.cli.main import run
from vigie.kernel import journal


def house() -> House:
    """The whole house behind the command line; each part is loaded when it is used."""
    return House(serve=_serve, work=_work, demo=_demo, check_config=_check_config, essentials=_essentials)


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


def _demo(listen: str, data: Path, fresh: bool) -> None:
    from vigie.config import demo  # noqa: PLC0415 # only the demo needs its data

    demo.run(listen, data, fresh=fresh)


def _check_config(network: bool) -> Sequence[Finding]:
    from vigie.config import check  # noqa: PLC0415 # must work where Django's settings don't

    return check.findings(network=network)


def _essentials() -> Essentials:
    from vigie.config import options as config  # noqa: PLC0415 # `vigie --help` needs no configuration

    options = config.load()
    return Essentials(
        config.database(options),
        options["site.time_zone"],
        [str(fault) for fault in options.faults],
        options.detect,
    )


def _log() -> None:
    from vigie.config import logging  # noqa: PLC0415 # structlog: only for those who log

    logging.set_up_as_configured()
