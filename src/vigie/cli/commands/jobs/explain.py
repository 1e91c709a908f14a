"""`vigie jobs explain FILE`: from a file of jobs to findings, without a database and without Django.

Without FILE: the findings of the desk as they are now.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.commands.jobs import history
from vigie.cli.errors import Misconfigured, Wrong
from vigie.cli.house import House
from vigie.cli.options import AsJson
from vigie.cli.words import gettext as _

FormatOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="FORMAT", help=_("sacct, swf, csv, parquet…; by the file's name otherwise.")
    ),
]
Attributes = Annotated[
    str, typer.Option("--attributes", metavar="A,B", help=_("What may be a cause; the usual ones otherwise."))
]
FlagOption = Annotated[
    str, typer.Option("--flag", metavar="COLUMN", help=_("Column of 0 and 1 instead of the detectors."))
]
WeightOption = Annotated[
    str, typer.Option("--weight", metavar="COLUMN", help=_("Column of losses instead of lost core-hours."))
]
Columns = Annotated[
    str,
    typer.Option(
        "--columns",
        metavar="OURS=ITS,…",
        help=_("What the file calls our columns, as cores=ncpu,user=owner."),
    ),
]
Cluster = Annotated[
    str, typer.Option("--cluster", metavar="NAME", help=_("The cluster, if the file doesn't say."))
]
Language = Annotated[str, typer.Option("--lang", metavar="fr|en", help=_("Language of the sentences."))]


def add(app: typer.Typer) -> None:
    app.command(name="explain", help=_("What the bad jobs of a file have in common, without a database."))(
        explain
    )


def explain(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help=_("A file of jobs, plain or gzip; none: the desk’s own.")),
    ] = None,
    *,
    form: FormatOption = "",
    attributes: Attributes = "",
    flag: FlagOption = "",
    weight: WeightOption = "",
    columns: Columns = "",
    cluster: Cluster = "",
    lang: Language = "",
    as_json: AsJson = False,
) -> None:
    if lang not in {"", "fr", "en"}:
        raise Wrong(_("--lang: there are fr and en, not “%(lang)s”.") % {"lang": lang})
    if lang:
        os.environ["VIGIE_LANG"] = lang
    if file is None:
        _without_file(form, attributes, flag, weight, columns, cluster)
        history.now(as_json=as_json)
        return
    house: House = context.obj
    known = house.essentials()
    if known.faults:
        raise Misconfigured(known.faults)

    from vigie.cli.commands.jobs import telling  # noqa: PLC0415 # DuckDB and Arrow: not for `vigie jobs --help`
    from vigie.jobs.detect import straight  # noqa: PLC0415 # same

    asked = straight.Asked(
        attributes=_listed(attributes),
        flag=flag,
        weight=weight,
        cluster=cluster,
        columns=mapping(columns),
        zone=known.time_zone,
    )
    told, tally = telling.told(file, telling.reader(file, form), asked, known.detect)
    if as_json:
        output.as_json(told.explanation.to_json(unit=told.unit))
    else:
        telling.show(told)
    telling.show_aside(tally, file)


def _without_file(*given: str) -> None:
    if any(given):
        raise Wrong(_("These options are for a file of jobs; name one, or leave them away."))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def mapping(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in _listed(text)]
    for ours, same, theirs in pairs:
        if not (ours.strip() and same and theirs.strip()):
            raise Wrong(_("--columns: “%(part)s” is not OURS=ITS.") % {"part": f"{ours}{same}{theirs}"})
    return {ours.strip(): theirs.strip() for ours, _same, theirs in pairs}
