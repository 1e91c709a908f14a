"""The command `vigie`: its table of commands, and how each run ends (0 done, 1 refused, 2 bad usage or input)."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module, metadata
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from vigie.cli import errors, prepare
from vigie.cli.house import House
from vigie.cli.words import gettext as _

READER_LEFT = 0  # `vigie outage list | head -1`: the reader has had enough, nothing is wrong


class Command(NamedTuple):
    """Where a command lives, and what it needs before it can be imported: Django or nothing."""

    module: str
    needs: str
    about: str


def commands() -> dict[str, Command]:
    """Every command of the first level, in the order of `vigie --help`."""
    return {
        "who": Command("who", "nothing", _("Who is on duty now, or at a time.")),
        "outage": Command("outage", "django", _("Declare, log, tell, end and review outages.")),
        "notice": Command("notice", "django", _("Read, approve, publish and correct notices.")),
        "duty": Command("duty", "django", _("Duties: shifts, holes, absences, swaps.")),
        "people": Command("people", "django", _("Who works here.")),
        "person": Command("person", "django", _("What Vigie keeps about somebody: told, or forgotten.")),
        "jobs": Command(
            "jobs", "nothing", _("Jobs of the farm: which are bad, and what they have in common.")
        ),
        "service": Command("catalogue", "django", _("The catalogue of services.")),
        "experiment": Command("experiments", "django", _("Experiments and their contacts.")),
        "import": Command(
            "import_", "django", _("Bring CSV or TOML files in, with a look at what they change.")
        ),
        "export": Command("export", "django", _("Carry people, services, experiments, rotas away.")),
        "coverage": Command("coverage", "django", _("Who covers which experiment; holes ahead.")),
        "delivery": Command(
            "delivery", "django", _("What leaves by mail: what waits, what failed, try again.")
        ),
        "public": Command("public", "nothing", _("The public site: build, push, emergency notice.")),
        "serve": Command("serve", "django", _("Serve the desk: pages, API and worker in one process.")),
        "worker": Command("worker", "django", _("Run the worker alone, beside web processes.")),
        "demo": Command("demo", "nothing", _("Start an invented centre to try Vigie.")),
        "check-config": Command("check_config", "nothing", _("Explain what is wrong in the configuration.")),
        "migrate": Command("migrate", "django", _("Bring the database's tables up to date.")),
        "backup": Command("backup", "django", _("Write everything that can't be made again into one file.")),
        "restore": Command("restore", "django", _("Bring a backup back.")),
        "admin": Command("admin", "django", _("Make the first administrator.")),
        "token": Command("token", "django", _("Keys for scripts that use the API.")),
    }


class LazyGroup(TyperGroup):
    """Imports a command's module when it is called, after what that module needs is ready."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 # typer's signature
        return list(commands())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 # typer's signature
        """Enough of a command for the list of them all."""
        entry = commands().get(cmd_name)
        return entry and TyperCommand(cmd_name, help=entry.about)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself, loaded now; an unknown name gets typer's answer, with a guess of what was meant."""
        entry = commands().get(args[0])
        if entry is None:
            return super().resolve_command(ctx, args)
        prepare.ready(entry.needs)
        module = import_module(f"vigie.cli.commands.{entry.module}")
        command = typer.main.get_command(module.app)
        command.name = args[0]
        return args[0], command, args[1:]


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"vigie {metadata.version('vigie')}")
        raise typer.Exit


@app.callback(help=_("The operations desk of a scientific computing centre."))
def root(
    debug: Annotated[
        bool,
        typer.Option("--debug", envvar="VIGIE_DEBUG", help=_("Show where an unexpected error comes from.")),
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help=_("Say which Vigie this is."), is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Options of every command; `--debug` is looked at where errors are shown."""


def run(house: House, argv: Sequence[str]) -> int:
    """Run one command; returns the exit code and lets no error through."""
    try:
        code = typer.main.get_command(app).main(
            list(argv), prog_name="vigie", standalone_mode=False, obj=house
        )
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_LEFT
    except typer.Exit as end:
        return end.exit_code
    except Exception as error:  # noqa: BLE001 # whatever it is, the caller gets words and a code, never a traceback
        return errors.tell(error, debug="--debug" in argv or bool(os.environ.get("VIGIE_DEBUG")))
    return code if isinstance(code, int) else 0
