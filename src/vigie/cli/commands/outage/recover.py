"""`vigie outage restore`, `end`, `data`, `false-alarm`, `reopen`, `review`."""

from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.actor import acting
from vigie.cli.commands.outage.common import Number, words_of
from vigie.cli.options import As, At, Why
from vigie.cli.times import maybe_moment
from vigie.cli.words import gettext as _
from vigie.cli.words import language
from vigie.outages import actions, queries
from vigie.outages.texts import headline

Codes = Annotated[list[str], typer.Argument(metavar="CODE…", help=_("The services."))]
File = Annotated[str, typer.Option(metavar="FILE", help=_("The same from a file; - is standard input."))]


def restore(number: Number, services: Codes, at: At = "", as_: As = "") -> None:
    actor, row, when = acting(as_), queries.outage(number), maybe_moment(at, "--at")
    for code in services:
        actions.restore(actor, row, code, at=when)
    output.line(headline(row, language()))


def end(
    number: Number,
    data_lost: Annotated[str, typer.Option("--data-lost", help=_("Was data lost? yes, no, or unknown yet."))],
    at: At = "",
    as_: As = "",
) -> None:
    row = queries.outage(number)
    actions.end(acting(as_), row, data_lost=data_lost, at=maybe_moment(at, "--at"))
    output.line(headline(row, language()))
    _say_what_is_due(row.pk)


def _say_what_is_due(number: int) -> None:
    due = queries.due(queries.outage(number))
    if due and due.what == "end":
        output.line(_("The end is to be told now: “vigie outage update %(id)s”.") % {"id": number})


def data(number: Number, lost: Annotated[str, typer.Argument(metavar="yes|no")], as_: As = "") -> None:
    actions.answer_data(acting(as_), queries.outage(number), lost)
    output.line(_("Written down."))


def false_alarm(number: Number, why: Why, as_: As = "") -> None:
    row = queries.outage(number)
    actions.false_alarm(acting(as_), row, why=why)
    output.line(headline(row, language()))
    _say_what_is_due(row.pk)


def reopen(number: Number, services: Codes, why: Why, as_: As = "") -> None:
    row = queries.outage(number)
    actions.reopen(acting(as_), row, services=services, why=why)
    output.line(headline(row, language()))


def review(
    number: Number,
    *,
    fr: Annotated[
        str, typer.Option("--fr", metavar="TEXT", help=_("What happened and why, in French."))
    ] = "",
    en: Annotated[
        str, typer.Option("--en", metavar="TEXT", help=_("What happened and why, in English."))
    ] = "",
    fr_file: File = "",
    en_file: File = "",
    as_: As = "",
) -> None:
    row = queries.outage(number)
    texts = {"text_fr": words_of(fr, fr_file, "--fr"), "text_en": words_of(en, en_file, "--en")}
    actions.review(acting(as_), row, **texts)
    output.line(_("The report of outage %(id)s stands.") % {"id": row.pk})


def add(app: typer.Typer) -> None:
    app.command("restore", help=_("Services work again; the contact ends the outage when all is well."))(
        restore
    )
    app.command("end", help=_("It is over, the contact says; whether data was lost is asked."))(end)
    app.command("data", help=_("Answer later what was not known at the end: was data lost?"))(data)
    app.command("false-alarm", help=_("Nothing was wrong; say why."))(false_alarm)
    app.command("reopen", help=_("It was not over: these services are down again."))(reopen)
    app.command("review", help=_("Close the outage with its report, in both languages."))(review)
